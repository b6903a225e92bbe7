### 页面与命令行的词句。与 en.ftl 同键同序；术语以词汇表为准。

## 页面框架
skip-to-content = 跳到正文
nav-label = 主导航
nav-search = 检索
language = 语言
print = 打印
paper-search = 检索报告
banner-demo = 演示库
banner-synthetic = 所有数据均为合成，不可用于临床
banner-starter = 命名集：起始版（starter），不可用于临床
banner-short = 合成数据或起始命名集，不可用于临床
list-separator = ；
list-or = { " 或 " }
missing = 未记录
yes = 是
no = 否
not-computable = 不可计算
class-not-computable = x/{ $of } 不可计算
request-number = 请求

## 检索：表单
search-title = 检索脐带血
search-context = { $units } 份可检索公共脐血{ $listed ->
    [0] {""}
   *[other] ，另有外部名单 { $listed } 条
 } · 快照第 { $generation } 代 · 命名集 { $release }
patient-typing = 患者分型
typing-state-empty = 尚未填写
typing-state-understood = { $count } 个位点可识别
typing-state-bad = { $count } 处需要改正
paste-label = 粘贴一行（实验室原样或 GL String）
paste-hint = 例：A*11:01,24:02 B*15:02,40:01 DRB1*11:01,12:02。粘贴后替换下方五个位点。
paste-filled = 已从粘贴文本填入 { $count } 个位点
paste-others = 已识别 { $loci }，本次检索不使用
allele-first = 第一等位基因
allele-second = 第二等位基因
weight = 体重
weight-label = 患者体重 kg
least-matches = 最少相合
least-matches-label = 最少相合数
least-matches-hint = 达到其中任一项即入选。x/6：A、B 抗原与 DRB1；x/8：A、B、C、DRB1；x/10：再加 DQB1。
no-limit = 不限
least-dose-label = 剂量下限（空白为不限）
least-tnc = TNC ×10⁷/kg
least-cd34 = CD34 ×10⁵/kg
limit-label = 最多列出
order-label = 次序
order-default = 级别，其次 TNC
order-cd34 = 级别，其次 CD34
order-dose = 剂量优先，其次级别
filters-label = 筛选
filter-own = 仅本库
filter-rbc_depleted = 去红细胞
filter-segment = 有连接管
filter-not_computable = 含级别不可计算者
filter-more = 更多筛选：脐带血本身
filter-abo = ABO
filter-rhd = RhD
filter-accreditation = 认证（须全部具备）
filter-collected = 采集日期不早于
search-action = 检索
search-note = 只检索可检索的公共脐血和外部名单；家庭保管的脐血从不出现。
fix-offer = 改为“{ $text }”
search-refused = 没有检索：{ $count } 处需要改正。
search-refused-hint = 问题写在各字段下方；已填内容原样保留。
start-title = 输入患者的 HLA 分型
start-body = 粘贴实验室的一行，或逐个位点填写；每个字段在填写时即行检查。
start-order = 次序：相合级别，其次为冻存前剂量。每次检索附凭据：快照、命名集与参数。

## 检索：结果
to-results = { $count } 份入选，直接看结果
results-listed = 份入选
results-shown = 列出前 { $count } 份
results-time = 检索 { $ms } ms
results-other = 已重新检索：库在首次显示之后有变动。
results-caption = 入选脐血，按次序排列
legend = 图例
legend-arrows = ↓ 仅 GvH 方向，↑ 仅 HvG 方向，无箭头为双向
col-rank = 序
col-unit = 脐血 · 来源
col-class = 级别
col-serves = 适用体重至 kg
col-why = 理由
antigen = 抗原
class-small = { $x10 } · { $x6 }
source-public = 公共库
below-floor = 低于下限
foot-dose = 剂量按冻存前、制备后的计数。
foot-floor = 竖线为所设下限。
foot-probabilities = 相合概率 P0…P4 尚未计算；同级内只按剂量排列。
empty-title = 没有入选的脐血
empty-body = 没有一份同时满足所设条件；未入选的原因见下。
empty-act-x8 = 放宽到 ≥ 4/8
empty-act-dose = 取消 CD34 下限
grade-match = 相合
grade-possible = 可能相合
grade-allele-mismatch = 等位基因不合
grade-antigen-mismatch = 抗原不合
grade-untyped = 未分型
grade-with-direction = { $grade }（{ $direction }）
direction-gvh = 仅 GvH 方向
direction-hvg = 仅 HvG 方向
direction-both = 双向
explain = 解释
explain-close = 收起
explain-unit = 解释 { $number }
explain-loci = 逐位点比较
explain-rank = 为什么排第 { $rank }
locus = 位点
patient = 患者
unit = 脐血（原样）
grade = 等级
matches = 相合数
fact-collection-date = 采集日期
fact-sex = 性别
fact-volume = 体积
fact-viability = 冻存前活率
fact-rbc-depleted = 去红细胞
fact-segments = 连接管（段）
fact-typing = 分型（原样）
sex-F = 女
sex-M = 男
excluded-title = 未入选 { $count } 份，每一份都有原因
excluded-note = 按第一条不满足的规则计数 · 条长为对数刻度
excluded-none = 没有脐血被排除。
rule-typing_unreadable = 分型无法按命名集解读
rule-source_excluded = 不在所选来源内
rule-class_not_computable = 必需位点未分型，级别不可计算
rule-matches_below_floor = HLA 相合数低于下限
rule-tnc_missing = TNC 未记录
rule-tnc_below_floor = TNC 低于下限
rule-cd34_missing = CD34 未记录
rule-cd34_below_floor = CD34 低于下限
rule-collection_date = 采集日期过早或未记录
rule-sex = 性别不符或未记录
rule-abo = 血型不符或未记录
rule-rhd = RhD 不符或未记录
rule-rbc_depletion = 未去红细胞或未记录
rule-attached_segments = 没有连接管或未记录
rule-accreditation = 没有所需认证
receipt = 凭据
receipt-generation = 快照
receipt-generation-value = 第 { $number } 代
receipt-release = 命名集
receipt-engine = 引擎
receipt-order = 次序
receipt-snapshot = 快照校验
receipt-digest = 摘要

## 字段：数字与缺失
field-number_unreadable = “{ $value }”不是数字；应为如 31.5 的数字。
field-number_out_of_range = { $value } 不在可能范围内；应为 { $least } 至 { $most }。
field-number_unusual = { $value } 少见；若有误请改正，确实如此可继续。
field-date_unreadable = “{ $value }”不是日期；应为如 2015-03-01。
field-weight_needed = 设了每公斤剂量下限，就需要患者体重。
field-patient_typing_missing = 没有分型：粘贴一行，或至少填写一个位点。

## 分型：提醒
typing-ambiguous = { $written } 可为 { $count } 种，按歧义计算
typing-genotypes = 可为 { $count } 种基因型，按歧义计算
typing-warning-single_copy = { $locus } 只填了一个等位基因，按纯合计算

## 演示
demo-made = 演示库 { $bank } 已建成：共 { $units } 份，其中 { $searchable } 份可检索（模拟数据，种子 { $seed }）。
demo-before = 演示库 { $bank } 已经存在，未作改动：共 { $units } 份，其中 { $searchable } 份可检索（模拟数据，种子 { $seed }）。
demo-exported = 全部脐带血也写入 { $file }，可用 “qidai import units” 导入。
demo-patient = 示例患者（虚构），体重 { $weight } 千克：{ $typing }
failure-demo_plan_differs = { $bank } 是另一个演示库（{ $theirs }；您要的是 { $ours }）：请换一个 --dir，或删除该文件。
failure-demo_bank_not_empty = { $bank } 中已有 { $units } 份并非演示生成的脐带血：请为演示另选 --dir。
failure-demo_unit_differs = { $unit } 已在 { $bank } 中，但内容不同：请为演示另选 --dir。
failure-demo_date_out_of_range = --today { $today } 不可用：应为 2001-01-01 或之后的日期。
failure-demo_data_damaged = 演示库的内置数据无法使用。
failure-export_not_written = 导出文件无法写入（{ $error }）：请检查文件夹、权限和剩余空间。
failure-folder_not_made = 无法建立文件夹 { $folder }（{ $error }）：请换一个 --dir。

## 分型：错误（代码固定，见 docs/errors.md）
typing-error-typing_empty = 没有内容；应为如 A*02:01 的分型。
typing-error-character_unexpected = 第 { $position } 个字符“{ $value }”（{ $unicode }）不属于 HLA 名称；应为半角拉丁字母、数字、* : /。
typing-error-locus_unknown = “{ $value }”不是位点；应为 A、B、C、DRB1、DQB1 等。
typing-error-locus_swapped = “{ $value }”属于另一个位点，是否填错了栏？
typing-error-loci_mixed = “{ $value }”混有不同位点；每处只能是一个位点。
typing-error-locus_repeated = “{ $value }”：同一位点出现了两次；应只出现一次。
typing-error-copies_too_many = “{ $value }”是第三个等位基因；每个位点最多两个。
typing-error-field_invalid = 第 { $position } 个字符起的“{ $value }”不是有效字段；应为两位或三位数字，如 02:01。
typing-error-fields_too_many = “{ $value }”字段过多；最多四个。
typing-error-suffix_unknown = “{ $value }”不是表达后缀；应为 N、L、S、C、A、Q 之一。
typing-error-suffix_wrong = “{ $value }”在命名集 { $release } 中的后缀不同。
typing-error-allele_unknown = 命名集 { $release } 中没有“{ $value }”这个等位基因。
typing-error-allele_deleted = “{ $value }”已被删除，没有后继名称；应重新分型或查明原名。
typing-error-group_unknown = 命名集 { $release } 中没有“{ $value }”这个 G 组或 P 组。
typing-error-mac_unknown = 代码表中没有多等位基因代码“{ $value }”。
typing-error-mac_table_missing = “{ $value }”是多等位基因代码（MAC），但没有加载代码表；启动时用 --mac 指定。
typing-error-mac_first_field_wrong = 代码“{ $value }”不属于这个第一字段。
typing-error-mac_without_members = 代码“{ $value }”的等位基因在此位点都不存在。
typing-error-antigen_unknown = 没有“{ $value }”这个抗原。
typing-error-release_needed = “{ $value }”需要完整的 IPD-IMGT/HLA 命名集：qidai hla fetch，或启动时用 --release 指定。
typing-error-form_unknown = 无法识别“{ $value }”的写法；应为如 11:01、A*11:01、A11、A*11:XX。
typing-error-reserved_word = “{ $value }”在此处没有意义。
typing-error-alternatives_too_many = 从“{ $value }”起，候选数超过一个分型所能有的上限；请改写为 XX、MAC 代码或 G/P 组。
typing-error-typing_too_long = 文本过长，不可能是一个人的分型；每行一人，候选过多时请改写为 XX、MAC 代码或 G/P 组。
typing-error-name_before_2010 = “{ $value }”是 2010 年以前的旧名称（没有冒号）；请按命名集所附 Nomenclature_2009.txt 换成新名称，如 B*15:01。
typing-error-gl_structure_invalid = 第 { $position } 个字符处的 GL String 结构有误：“{ $value }”。
typing-fix = （是否应为“{ $fix }”？）

## 导入

import-summary = 接受 { $accepted } 条，未变 { $unchanged } 条，问题 { $issues } 个。
import-summary-dry-run = 试运行，未写入任何数据：将接受 { $accepted } 条，未变 { $unchanged } 条，问题 { $issues } 个。
import-columns-not-used = 未使用的列：{ $columns }
import-row = 第 { $row } 行
import-file = 整个文件
import-more-issues = 另有 { $count } 个问题；--format json 全部列出。

## 失败（代码固定，见 docs/errors.md）
failure-title = 没有完成
failure-unchanged = 没有任何数据被改动。
failure-to-search = 回到检索
failure-body_too_large = 请求超过 1 MiB，没有读取。大批量数据请用命令行导入。
failure-host_not_local = 本服务只在本机应答，不接受名称“{ $host }”。请用 http://127.0.0.1 打开。
failure-cross_site_refused = 请求来自其他网站的页面，没有执行。请从本程序的页面发送。
failure-page_not_found = 这个地址没有页面。
failure-method_not_allowed = 这个地址不支持该请求方法。
failure-internal_error = 程序出错；没有任何数据被改动。请把请求编号告诉维护人员。
failure-page_not_rendered = 页面无法生成。请把请求编号告诉维护人员。
failure-form_unreadable = 表单无法读取；请返回页面重新填写。
failure-json_unreadable = 请求正文不是所需的 JSON：{ $detail }
failure-locus_unknown = “{ $value }”不是分型位点；应为 A、B、C、DRB1、DQB1、DPB1 等。
failure-search_not_kept = 这次检索已不在内存中；请重新输入分型。
failure-search_stopped = 检索中途停止；请重试，并把请求编号告诉维护人员。
failure-port_in_use = { $address } 已被其他程序占用：请停止该程序，或用 --listen 另选端口。
failure-address_not_opened = 无法监听 { $address }。
failure-address_not_loopback = { $address } 不是本机地址。程序尚无登录功能，只在本机提供服务；应为如 127.0.0.1:8787。
failure-server_stopped = 服务中断。
failure-runtime_not_started = 程序无法启动工作线程。

## 命令、参考文件与库的失败
failure-stream_failed = 标准输入无法读取，或标准输出无法写入（{ $error }）。
failure-output_not_written = 结果无法写出（{ $error }）：请检查文件夹、权限和剩余空间。
failure-receipt_not_written = 凭据 { $file } 无法写入（{ $error }）：请检查文件夹、权限和剩余空间。
failure-receipt_unreadable = 无法读取 { $file }（{ $error }）。
failure-receipt_refused = { $file } 不是检索凭据（{ $error }）：请给出 --receipt 写出的文件。
failure-patient_file_unreadable = 无法读取 { $file }（{ $error }）。
failure-patients_empty = { $source } 中没有患者；应为 id%GL-string 的行。
failure-locus_option_unreadable = 无法识别 --locus “{ $value }”；应为 LOCUS=ALLELES，如 A=02:01,11:01。
failure-batch_only = 这个命令逐行读取标准输入：请加上 --batch。
failure-snapshot_not_written = 快照 { $file } 无法写入（{ $error }）。
failure-bank_folder_missing = 数据库 { $address } 所在的文件夹 { $folder } 不存在：请先建好文件夹，或更正路径。
failure-list_name_wrong = 名单名称“{ $value }”有 { $length } 个字符，应为 1 至 { $most } 个。
failure-zone_unknown = 本机不认识库的时区 { $zone }。
failure-bank_not_named = 没有指定库：请用 --bank FILE，或设置 QIDAI_DATABASE_URL。
failure-password_on_command_line = --bank 中有密码，而本机其他用户都能看到命令行：请把地址放入环境变量 QIDAI_DATABASE_URL，不用 --bank。
failure-file_not_readable = 无法读取 { $file }（{ $error }）：请检查路径、权限和磁盘。
failure-release_not_there = 库记住的命名集 { $release } 在 { $folder }，但那里没有：请用 --release DIR 指定，或运行 qidai release set --bank DB --release DIR。
failure-release_folder = { $folder } 不是 IPD-IMGT/HLA 命名集文件夹：应有 Allelelist.txt，以及 wmda/ 中的 hla_nom.txt、hla_nom_g.txt、hla_nom_p.txt、rel_dna_ser.txt、rel_ser_ser.txt；缺少：{ $missing }；现有：{ $found }。
failure-release_folder_ambiguous = { $folder } 中命名集文件有两套，一套在 wmda/，一套与 Allelelist.txt 并列：请删除一套，以明确使用哪一套。
failure-release_header = { $file } 的开头不是命名集文件；现为“{ $found }”。请重新下载。
failure-release_truncated = { $file } 不完整（{ $problem }）。请重新下载。
failure-release_line = { $file } 第 { $line } 行无法读取（{ $problem }）：“{ $value }”。请重新下载；文件不可改动。
failure-release_mixed = { $file } 的版本是 { $found }，而 { $other } 的是 { $wanted }：请使用同一命名集的文件。
failure-release_inconsistent = { $file } 与其他文件矛盾（{ $problem }）。请全部取自同一个命名集。
failure-release_checksum = { $file } 被编辑、截断或转码：其 MD5 为 { $found }，{ $checksums } 中为 { $wanted }。请重新下载该文件。
failure-reference_unreadable = 无法读取 { $file }（{ $error }）。
failure-reference_not_utf8 = { $file } 不是 UTF-8 文本（首个错误在第 { $position } 字节）：请重新下载，不要改动。
failure-mac_table_line = { $file } 第 { $line } 行无法读取（{ $problem }）：“{ $value }”。
failure-database_address_unknown = { $address } 不是库的地址；应为文件或 postgres://…
failure-database_missing = { $address } 没有库：请检查地址，或以导入建立一个库。
failure-not_a_bank = { $address } 不是 qidai 的库；请检查地址，没有任何改动。
failure-database_newer_than_program = { $address } 的库由较新的 qidai 写成（其中有 { $migration }）：请使用该版本或更新的版本。
failure-database_locked = 另一个程序正在写入数据库，未能及时完成：请重试。
failure-disk_full = 数据库所在磁盘已满，这一步没有保存任何内容：请腾出空间后重新运行。
failure-database_read_only = 数据库无法写入：请检查文件及其文件夹的权限。
failure-database_unreachable = 数据库没有应答：请检查它是否在运行、地址是否正确。
failure-database_access_refused = 数据库拒绝了用户或密码。
failure-database_damaged = 数据库文件已损坏：请恢复最近的备份。
failure-database_value_unknown = 表 { $table } 的行 { $row }：“{ $value }”不是已知的 { $column }。
failure-history_broken = 历史的第 { $sequence } 个事件缺失或没有哈希，因此不再写入：请运行 qidai audit verify。
failure-row_missing = 表 { $table } 没有要修改的行 { $row }：请重新读取。
failure-database_failed = 数据库出错（{ $error }）：请看日志。

## 库的命名集
release-starter = 库没有记住命名集：分型按起步命名集读取。
release-remembered = 库记住的命名集是 { $release }，位于 { $folder }。
release-set = 从现在起，库的分型按命名集 { $release } 读取，位于 { $folder }。
release-readable = 可检索的脐带血与名单中，{ $read } 个分型可以读取，{ $not_read } 个不能。
failure-release_not_named = 用哪个命名集？请用 --release DIR 指定文件夹。

## Reasons of a rank
all-loci-match = 五个位点均相合
reason-class = { $of } 个等位基因中 { $matches } 个相合
reason-class-open = { $of } 个等位基因中 { $worst } 至 { $best } 个相合：分型尚未确定
reason-class-not-computable = x/{ $of } 无法计算：缺少所需位点的分型
reason-untyped = { $locus } 双方未都分型
reason-open = { $locus }：可能相合，尚未确定
reason-mismatch-gvh = { $locus }：仅移植物抗宿主方向不合
reason-mismatch-hvg = { $locus }：仅宿主抗移植物方向不合
reason-mismatch-antigen = { $locus }：抗原不合
reason-mismatch-allele = { $locus }：等位基因不合，抗原相同
reason-tnc-per-kg = 冻存前 TNC { $dose } × 10⁷/kg
reason-tnc-total = 冻存前 TNC 总数 { $count } × 10⁷
reason-tnc-missing = TNC 未记录：排在同级有记录者之后
reason-cd34-per-kg = 冻存前 CD34+ { $dose } × 10⁵/kg
reason-cd34-total = 冻存前 CD34+ 总数 { $count } × 10⁵
reason-cd34-missing = CD34+ 未记录

## The list on a terminal
table-patient = 患者 { $id }
table-rank = 名次
table-unit = 脐带血
table-x8 = x/8
table-x10 = x/10
table-x6 = x/6 抗原
table-loci = A B C DR DQ
table-tnc-kg = TNC 10⁷/kg
table-cd34-kg = CD34+ 10⁵/kg
table-tnc = TNC 10⁷
table-cd34 = CD34+ 10⁵
table-serves = 可供体重至
table-abo = 血型
table-missing = 未记录
table-listed = 合格 { $total } 份，列出 { $shown } 份。未列出者，按规则：
replay-same = 答案相同：第 { $generation } 代，命名集 { $release }，摘要 { $digest }
replay-same-of-other-state = 答案相同，但库的状态不同：
replay-other = 答案不同：
replay-difference = { $what }：当时 { $then }，现在 { $now }
table-receipt = 凭据：快照第 { $generation } 代，命名集 { $release }，{ $engine }，摘要 { $digest }
    { $request }
failure-patient_not_named = 没有患者：请给出 --patient FILE.gl、--typing LINE 或 --locus LOCUS=ALLELES。
failure-patient_typing_refused = 患者分型无法识别：{ $detail }
failure-patient_typing_missing = 没有可检索的分型；应至少有 A、B、C、DRB1、DQB1 之一。
failure-weight_needed = 设了每公斤剂量下限，就需要患者体重。
failure-weight_out_of_range = { $value } 不是可能的体重；应为 { $expected }。
failure-floor_out_of_range = { $value } 不是可能的下限；应为 { $expected }。
failure-order_unknown = 没有次序“{ $value }”；应为 { $expected } 之一。
failure-accreditation_unknown = 没有认证“{ $value }”；应为 { $expected } 之一。
failure-sex_unknown = “{ $value }”不是性别代码；应为 { $expected }。
failure-abo_unknown = “{ $value }”不是 ABO 血型；应为 { $expected }。
failure-rhd_unknown = “{ $value }”不是 RhD；应为 + 或 -。
failure-snapshot_not_built = 检索快照无法生成。
failure-bank_not_whole = 数据不完整：有 { $count } 处与历史记录不符。
failure-checkpoints_missing = 没有检查点文件 { $file }：无法核查末尾的事件是否被删去。
failure-checkpoints_not_checked = 无法核对 { $file } 中的签名：缺少公钥；请用 --key 给出。
failure-checkpoint_key_missing = 密钥 { $file } 不见了；请从保管处取回。
failure-checkpoint_key_damaged = { $file } 不是密钥；应为 64 个十六进制数字。
failure-checkpoints_unusable = 无法使用 { $file }：{ $error }。

## 命令行
serving-at = 页面地址 { $address }（按 Ctrl-C 结束）
people-link = { $number } 的一次性链接，24 小时内有效，只显示这一次：
    { $link }
init-made = 脐血库位于 { $bank }，密钥位于 { $keys }。请把密钥副本与备份分开保存：没有密钥，任何人都无法读取库中的个人信息。
key-place = 密钥位于 { $place }，正在使用的在最前：
account-invited = 待首次登录
account-active = 在用
account-disabled = 已停用
audit-read = 已读 { $events } 个事件，最后一个是第 { $last } 号；由此重新算出 { $rows } 行。
audit-more = ……另有 { $more } 处。
audit-checkpoint = 最近的检查点对应第 { $sequence } 号事件，签于 { $time }，公钥 { $key }。
audit-whole = 完整：所有散列、所有行、所有检查点都一致。

## 人员
failure-permission_missing = { $actor } 没有权限 { $permission }：请管理员授予含此权限的角色。
failure-permission_missing_at_site = { $actor } 在此处没有权限 { $permission }{ $site ->
    [none] {""}
   *[other] （站点 { $site }）
 }：请管理员授予该站点的角色。
failure-sign_in_locked = 多次登录失败，该工号需要等待：请在 { $seconds } 秒后再试。
failure-staff_number_taken = 工号 { $staff_number } 已属于某个账户，且不再分配给他人。
failure-account_unknown = 没有工号为 { $staff_number } 的账户：请核对。
failure-account_disabled = 账户 { $staff_number } 已停用：新人员请新建账户。
failure-site_unknown = 没有在用的站点“{ $site }”：请先添加，或核对代码。

## 设置与备份
failure-config_invalid = 设置有误：
    { $detail }
failure-certificate_unusable = 无法用于 TLS：{ $detail }
failure-backup_damaged = 备份不完整：{ $detail }
failure-restore_place_taken = { $place } 处已有内容；备份只能恢复到新的位置。
failure-postgres_program_failed = { $program } 未能完成：{ $detail }
