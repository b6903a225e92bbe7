### What each code of docs/errors.md means and what to do, in Chinese. Said where no message with values exists (zh-CN.ftl);
### the English stands in docs/errors.md and, with its values, at the spot.

## 分型
code-typing_empty = 应有分型之处没有内容；请填写，或不列该位点。
code-character_unexpected = 含有 HLA 名称中没有的字符（全角、西里尔字母或名称中的空格）；请重新输入该字符。
code-form_unknown = 无法识别的写法；请对照 A*02:01、A*02:XX、B62。
code-locus_unknown = “*”前的文字不是位点；应为 A、B、C、DRB1、DQB1 等。
code-locus_swapped = 分型属于另一个位点；请核对各列。
code-loci_mixed = 一处分型混有两个位点；请用 ^ 分开位点。
code-locus_repeated = 同一位点出现两次；请只保留一次。
code-copies_too_many = 一个位点多于两个等位基因；可能的选项请用 / 分开。
code-field_invalid = 字段为空、过长或缺少前导零；应写 02，而非 2。
code-fields_too_many = 字段多于四个；请检查冒号。
code-suffix_unknown = 末尾字母不是表达后缀；后缀为 N、L、S、C、A、Q。
code-suffix_wrong = 该名称的后缀不同；请改用命名集中的后缀。
code-allele_unknown = 现用命名集中没有这个名称；请核对，或用 --release 加载较新的命名集。
code-allele_deleted = 该名称已撤销，没有后继；请询问实验室。
code-group_unknown = 命名集中没有这个 G 组或 P 组；请核对名称和命名集。
code-antigen_unknown = 没有这个抗原；请核对编号。
code-reserved_word = 保留字（UUUU、XXXX）在此处没有意义；请不列该位点。
code-gl_structure_invalid = GL String 的运算符次序有误，或缺少内容；请检查所指字符。
code-mac_table_missing = 这是多等位基因代码，但没有加载代码表；请用 --mac FILE 指定。
code-mac_unknown = 代码表中没有该代码；请加载较新的代码表。
code-mac_first_field_wrong = 代码与其前的第一字段不符；请核对第一字段。
code-mac_without_members = 代码的等位基因在此位点都不存在；请核对位点和命名集。
code-release_needed = 起步命名集没有组和完整名称；请用 --release DIR 指定命名集。
code-name_before_2010 = 没有冒号的名称，是 2010 年以前的写法；请用命名集的 Nomenclature_2009.txt 换算。
code-alternatives_too_many = 选项或基因型多于一个分型可能有的数目；请写 XX、代码或组。
code-typing_too_long = 文字比任何分型都长；每行一人，请写 XX、代码或组。

## 分型：提醒
code-nulls_not_counted = 列出了短名称并不包含的无效等位基因；如确指无效，请写后缀。
code-single_copy = 该位点只有一个等位基因，按两个相同计算；如不能确定为纯合，请重新分型。
code-allele_renamed = 旧名称已按其后继名称读取。
code-xx_broad = 宽组（如 A*09:XX）已按其裂解组读取。
code-antigen_without_alleles = 命名集中没有以此抗原为人所知的等位基因；该位点不会有确定的相合。
code-mac_member_dropped = 代码中有一个等位基因不在命名集中，已略去；可加载与代码同期的命名集。
code-character_corrected = 形似的字符已按本意读取；请更正原文。
code-case_corrected = 小写已按大写读取；请更正原文。
code-blanks_removed = 空格已略去；请更正原文。
code-null_hidden = 无效等位基因没有产物，这个层级不显示它；可改选其他层级。
code-nothing_at_level = 名称有效，但在这个层级没有结果。

## 命名集与代码表
code-release_not_named = 没有指定命名集；请用 --release DIR 指定文件夹。
code-release_folder = 命名集文件夹或其六个文件之一不存在；请指定含 Allelelist.txt 和 wmda/ 的文件夹。
code-release_folder_ambiguous = 文件夹中有不止一套命名集；请指定其中一套。
code-release_header = 命名集文件的开头不对；请重新下载。
code-release_truncated = 命名集文件不完整；请重新下载。
code-release_line = 命名集文件中有一行无法读取；请重新下载，文件不可改动。
code-release_mixed = 文件来自两个命名集；请全部取自同一个。
code-release_inconsistent = 命名集文件互相矛盾；请全部取自同一个命名集。
code-release_checksum = 文件与公布的校验和不符；请重新下载。
code-reference_unreadable = 参考文件无法打开；请检查权限。
code-reference_not_utf8 = 参考文件不是 UTF-8 文本；请重新下载。
code-mac_table_line = 代码表中有一行缺少代码或等位基因。

## 编号
code-identity_empty = 没有编号；每份脐带血都需要编号。
code-din_length_wrong = 长度应为 13 位，带校验符 14 位，带标志 15 位；请对照标签。
code-din_character_unknown = 含有 DIN 中没有的字符，常为形似的其他字母；请重新输入。
code-din_character_misplaced = 字母或数字的位置不对；请对照标签。
code-din_check_wrong = 校验符不符：有一个字符读错；请逐字核对，或重新扫描。
code-din_flags_unknown = 标志位没有意义；请只给出 13 位。
code-identity_length_wrong = 编号过短或过长；请检查该列。
code-identity_character_unknown = 含有编号中没有的字符；请检查编码。
code-identity_pattern_mismatch = 编号不符合本库自定的格式；请对照格式。
code-identity_check_wrong = 自定编号的校验不符；请对照标签。
code-identity_scheme_wrong = 编号体系本身无法使用；请更正其名称或格式。
code-id_is_number = 表格软件把编号变成了数字，丢失了位数；请把该列设为文本后重新导出。
code-identity_duplicate_in_file = 文件中有两行编号相同；请只保留一行。
code-identity_known_with_other_content = 库中已有此编号，但内容不同；没有覆盖任何内容，请比较。

## 证件
code-cn_id_length_wrong = 公民身份号码应为 18 位；请对照证件。
code-cn_id_old_form = 这是 15 位的旧号码；请询问现用证件，仅在要求时换算。
code-cn_id_character_unexpected = 应为 17 位数字加末位数字或 X；请对照证件。
code-cn_id_region_wrong = 没有以 0 开头的地区；请对照证件。
code-cn_id_date_wrong = 第 7 至 14 位不是可能的出生日期；请对照证件。
code-cn_id_check_wrong = 末位校验不符：有一位读错或两位颠倒；请逐位核对。
code-uscc_length_wrong = 统一社会信用代码应为 18 位；请对照执照。
code-uscc_character_unexpected = 含有该代码不用的字符（不用 I、O、S、V、Z）；请对照执照。
code-uscc_check_wrong = 末位校验不符；请逐位核对。
code-mobile_shape_wrong = 应为 13 至 19 开头的 11 位数字，前可有 +86 或 0086；请再次询问号码。

## 口令
code-password_too_short = 口令少于 12 个字符；四个互不相关的词容易记住。
code-password_too_long = 口令多于 256 个字符；请换短一些的。
code-password_too_common = 这是最先被试的口令之一；请用别人想不到的词。
code-password_holds_own_name = 口令中含有工号；请去掉。
code-password_hash_failed = 口令无法加密保存或核对（故障）；请看日志，可能内存不足。

## 文件与表格
code-file_not_readable = 文件无法打开；请检查路径、权限和磁盘。
code-file_empty = 文件中没有任何行；请检查导出。
code-file_is_binary = 既不是文本，也不是 XLSX；请另存为 CSV 或 XLSX。
code-file_is_old_excel = 这是 2007 年以前的 XLS，或加了密码的工作簿；请另存为不加密码的 XLSX。
code-encoding_unknown = 编码无法识别；请存为 UTF-8。
code-record_too_long = 一行超过 1 MiB：有引号没有闭合；请查看所指的行。
code-too_many_columns = 列数过多；请检查分隔符。
code-row_ragged = 单元格数与表头不同；请检查该行的分隔符和引号。
code-workbook_damaged = XLSX 无法读取；请重新保存。
code-workbook_too_large = 解压后过大，像压缩炸弹；请拆分，或另存为 CSV。
code-sheet_unknown = 没有这个名称的工作表；请用 --sheet 指定其中一个。
code-gl_line_without_percent = GL 文件中有一行缺少 %；应写成 id%GL-string。
code-column_missing = 缺少必需的列；请补上，或在映射中指明。
code-column_twice = 两列对应同一字段；请在映射中略去一列。
code-mapping_not_readable = 映射文件无法打开；请检查路径。
code-mapping_form_wrong = 映射文件不是所需的 JSON；请对照指南。
code-mapping_field_unknown = 映射指向我们没有的字段；请检查拼写。
code-mapped_column_missing = 映射指向文件中没有的列；请检查表头。
code-mapping_unit_wrong = 映射中的单位不是数字；应写成如 1e8。
code-mapping_identity_wrong = 映射中的编号体系无法使用；请更正格式。

## 值
code-cell_empty = 每行必填的值为空；请填写。
code-cell_is_error = 表格公式在此出错；请更正表格。
code-text_damaged = 转换时丢失了字符；请用 UTF-8 重新导出。
code-date_unclear = 日期可有两种读法，或无法读取；应写成如 2021-03-04。
code-date_in_future = 日期在今天之后；请更正。
code-date_too_early = 日期早于任何脐带血的存在；请更正。
code-collection_before_birth = 采集早于出生；请更正其中一个日期。
code-expiry_before_collection = 失效早于采集；请更正其中一个日期。
code-number_unclear = 不是数字，或逗号可有两种读法；请写数字，小数用点。
code-number_not_whole = 计数带有小数；应为整数。
code-number_too_large = 数值过大，无法保存；请更正。
code-amount_empty = 数量为空；请填写。
code-amount_not_a_number = 数量不是数字；请写数字，小数用点。
code-amount_not_whole = 数量带有小数；应为整数。
code-amount_too_large = 数量过大，无法保存；请更正。
code-amount_implausible = 没有脐带血有这样的计数：文件用了其他单位；请在映射中写明单位，如 1e8。
code-count_negative = 计数小于零；请更正。
code-volume_not_positive = 体积应大于零；请更正，或留空。
code-viability_out_of_range = 活率应在 0 至 100% 之间；请更正。
code-cd34_exceeds_tnc = CD34 阳性细胞多于有核细胞；请检查两列是否颠倒。
code-bank_type_unknown = 库别无法识别；应为 public 或 family，其他词请在映射中翻译。
code-status_unknown = 状态无法识别；请在映射中翻译。
code-sex_unknown = 性别无法识别；应为 F 或 M，其他词请在映射中翻译。
code-abo_unknown = ABO 血型无法识别；应为 A、B、O、AB。
code-rhd_unknown = RhD 无法识别；应为 + 或 -。
code-blood_group_unknown = 血型无法识别；应为如 A+、O-。
code-accreditation_unknown = 认证无法识别；应为 fact、aabb、wmda。
code-answer_unknown = 不是“是”或“否”；其他词请在映射中翻译。
code-outcome_unknown = 检测结果无法识别；其他词请在映射中翻译。
code-status_not_for_bank_type = 这一库别的脐带血不能有此状态；请更正状态或库别。
code-hla_missing = 可检索的脐带血没有分型；请补上，或改为其他状态。
code-list_name_wrong = 名单没有可用的名称；请用 --name 命名。

## 检索
code-patient_not_named = 没有患者；请用 --patient、--typing 或 --locus 给出。
code-patient_typing_refused = 患者分型无法识别。
code-patient_typing_missing = 没有 A、B、C、DRB1、DQB1 的分型；请至少给出一个。
code-patient_file_unreadable = 患者文件无法打开；请检查路径。
code-patients_empty = 文件中没有患者；应为 id%GL-string 的行。
code-locus_option_unreadable = 无法识别 --locus；应写成如 A=02:01,11:01。
code-weight_needed = 设了每公斤剂量下限，就需要患者体重；请用 --weight 给出。
code-date_unreadable = 不是日期；应写成如 2015-03-01。
code-weight_out_of_range = 体重不可能；应为 0.5 至 400 千克。
code-floor_out_of_range = 下限不可能。
code-order_unknown = 没有这个次序。
code-receipt_unreadable = 凭据无法打开；请给出 --receipt 写出的文件。
code-receipt_refused = 这不是检索凭据；请给出 --receipt 写出的文件。
code-receipt_not_written = 凭据无法写入；请检查文件夹、权限和空间。
code-output_not_written = 结果无法写出；请检查文件夹、权限和空间。
code-export_not_written = 导出文件无法写入；请检查文件夹、权限和空间。
code-snapshot_not_built = 检索快照无法生成；请看日志，并检查空间。
code-snapshot_not_written = 检索快照无法写入；请看日志，并检查空间。
code-snapshot_path_taken = 快照的位置上是别的文件；请用 --snapshot 另选文件。
code-batch_only = 这个命令逐行读取标准输入；请加上 --batch。
code-stream_failed = 标准输入或输出中断；请重新运行。

## 库与服务
code-bank_not_named = 没有指定库；请用 --bank FILE，或设置 QIDAI_DATABASE_URL。
code-password_on_command_line = --bank 中有密码，而本机其他用户都能看到命令行；请设置 QIDAI_DATABASE_URL，不用 --bank。
code-database_address_unknown = 地址的形式无法识别；应为文件或 postgres://…。
code-database_missing = 该地址没有库；请检查地址，或以导入建立一个库。
code-not_a_bank = 该地址是别的东西，不是 qidai 的库；请检查地址，没有任何改动。
code-database_older_than_program = 库由较早的版本写成，只读打开时不能升级；请先用现在的版本写入一次。
code-database_newer_than_program = 库由较新的版本写成；请使用该版本或更新的版本。
code-upgrade_needs_room = 库需要升级，升级前保留副本，但空间不足；请腾出空间，没有任何改动。
code-upgrade_copy_not_kept = 库需要升级，但升级前无法保留副本；没有任何改动。
code-release_not_there = 库记住的命名集文件夹已不在；请用 --release DIR 指定，或运行 qidai release set。
code-database_locked = 另一个程序占用写入过久；请重试。
code-disk_full = 磁盘已满，这一步没有保存任何内容；请腾出空间后重新运行。
code-database_read_only = 没有写入权限；请检查文件及其文件夹的权限。
code-database_unreachable = 数据库没有应答；请检查它是否在运行、地址是否正确。
code-database_access_refused = 数据库拒绝了用户或密码；请检查地址。
code-database_damaged = 数据库文件已损坏；请恢复最近的备份。
code-database_value_unknown = 库中有这个版本不认识的词；请告诉维护人员。
code-history_broken = 历史的末尾缺失，不再写入；请运行 qidai audit verify，并恢复最近的备份。
code-row_missing = 要修改的行已不存在；请重新读取。
code-database_failed = 数据库出错；请看日志。
code-zone_unknown = 库的时区不是 IANA 名称；请更正设置。
code-import_stopped = 导入在文件结束之前停止；请重新运行同一命令。
code-port_in_use = 端口已被其他程序占用；请停止该程序，或用 --listen 另选。
code-address_not_opened = 无法监听该地址；请检查。
code-address_not_loopback = 页面只在本机提供；请选如 127.0.0.1:8787 的地址。
code-server_stopped = 服务中断；请看日志。
code-runtime_not_started = 程序无法启动工作线程；请看日志。
code-host_not_local = 请求用了其他名称；请打开程序打印的地址。
code-cross_site_refused = 请求来自其他网站的页面，没有执行；请打开程序打印的地址。
code-body_too_large = 请求超过 1 MiB；大批量数据请用命令行导入。
code-form_unreadable = 表单无法读取；请重新填写。
code-json_unreadable = 请求正文不是所需的 JSON。
code-page_not_found = 这个地址没有页面；请回到检索。
code-method_not_allowed = 这个地址不支持该请求方法；请回到检索。
code-search_not_kept = 这次检索已不在内存中；请重新检索。
code-search_stopped = 检索中途停止；请重新检索。
code-page_not_rendered = 程序无法生成页面，没有任何改动；请把请求编号告诉维护人员。
code-internal_error = 程序出错，没有任何改动；请把请求编号告诉维护人员。
code-bank_not_whole = audit verify 发现有行或事件与历史不符；请保持原样，与最近的备份比较，并查明谁能写入数据库。
code-checkpoints_missing = 库旁没有检查点文件，因此无法查出被截去的末尾；请取回，或用 QIDAI_CHECKPOINTS 指定；从未有过时请运行 qidai audit checkpoint。
code-checkpoints_not_checked = 没有检查点的公钥；请用 --key 给出。
code-checkpoint_key_missing = 有检查点，但没有签署它们的密钥；请从保存处取回。
code-checkpoint_key_damaged = 密钥文件或 QIDAI_CHECKPOINT_KEY 中没有密钥；请从保存处取回。
code-checkpoints_unusable = 检查点文件或其密钥无法读写；请检查权限和空间。
code-public_key_wrong = --key 不是公钥；应为 64 位十六进制数字。

## 演示
code-demo_plan_differs = 文件夹中是另一个演示库；请换一个 --dir，或删除它。
code-demo_bank_not_empty = 文件夹中的库有并非演示生成的脐带血；请换一个 --dir。
code-demo_unit_differs = 同一编号的脐带血内容不同；请换一个 --dir。
code-demo_date_out_of_range = --today 过早或不是日期；应为 2001-01-01 或之后的日期。
code-demo_data_damaged = 内置数据无法使用；请重新构建程序。
code-folder_not_made = 无法建立文件夹；请换一个 --dir。

## 账号、密钥与人员
code-permission_missing = 您的角色没有这项权限；请找管理员。
code-permission_missing_at_site = 您有这项权限，但不在此站点；请找管理员。
code-staff_number_invalid = 工号应为至多 32 个字母、数字或 - . _；请用工号，不用姓名。
code-site_code_invalid = 站点代码应为至多 32 个小写字母、数字或 - _；请换一个。
code-site_name_missing = 站点需要名称；请填写。
code-staff_number_taken = 该工号已属于一个账号（可能已停用）；工号不会再次分配。
code-account_unknown = 没有这个工号的账号；请核对。
code-account_disabled = 账号已停用；新的人员请建新账号。
code-own_account = 任何人都不能更改自己的权限；请找另一位管理员。
code-site_unknown = 没有这个在用站点；请先添加。
code-person_needed = 只有人可以这样做，程序不可以；请由有账号的人执行。
code-reason_missing = 需要说明理由；请填写。
code-token_unknown = 没有这个令牌；请核对。
code-token_scopes_missing = 令牌需要至少一项权限；请指明。
code-token_life_too_long = 令牌有效期过长；请缩短。
code-emergency_role_excluded = 这个角色不能在紧急情况下取得。
code-emergency_unknown = 没有这次紧急授权；请核对。
code-emergency_reviewed = 这次紧急授权已经复核。
code-own_emergency = 任何人都不能复核自己的紧急授权；请找另一人。
code-person_name_missing = 人员需要姓名，只有新生儿可以没有；请按证件填写。
code-document_kind_unknown = 证件种类应为 cn_id、passport、birth_certificate、other、none 之一。
code-secret_tampered = 保密内容与历史不符；请运行 qidai audit verify，并恢复备份。
code-key_missing = 加密所用的密钥不在此处；请使用属于本库的密钥文件。
code-keys_missing = 库的密钥不在应在之处；请放回与备份分开保存的副本。
code-keys_unreadable = 密钥文件无法读取，或内容不是密钥；请放回副本。
code-keys_open_to_others = 其他用户可以读取密钥文件；请 chmod 600，然后 qidai key rotate。
code-keys_not_written = 密钥文件无法写入；请用 QIDAI_KEYS 指定文件夹。
code-keys_in_environment = 密钥在 QIDAI_MASTER_KEY 中，程序不能更改；请在其末尾加上新密钥。
code-figure_unknown = 没有这个指标；请用已列出的编号，如 n1。
code-known_at_not_reached = 历史尚无此编号的事件，答案以后还会变；请用答案所带的编号。
code-as_of_out_of_range = 日历的最后一天没有终点；请用更早的日期。
code-bank_founded_unreadable = 建库日期不是年份也不是日期；应为如 1993 或 1993-05-20。
code-bank_begun_before = 库中已有账号；请用 qidai user add。
code-zone_not_known = 时区不是 IANA 名称；应为如 Asia/Shanghai。
code-random_unavailable = 操作系统没有给出随机数（故障）；没有随机数就不生成任何保密内容。
code-text_too_long_to_seal = 文字过长，无法加密；请缩短。
code-task_interrupted = 程序的一项任务提前结束（故障）；请看日志。
code-sign_in_wrong = 工号、口令或动态码有误，不说明是哪一个；请全部核对。
code-sign_in_locked = 多次尝试有误；请等待，或索取新的链接。
code-code_used = 动态码已用过；请等下一个，至多 30 秒。
code-code_wrong = 动态码不对；请核对手机时间后再试。
code-second_factor_missing = 您的角色需要身份验证器；请添加密钥并输入动态码。
code-link_invalid = 链接已用过、超过 24 小时、已被替换，或从未发出；请索取新的链接。
code-session_ended = 您已退出登录；请重新登录。
code-signer_not_certified = 您尚未确认电子签名对您有约束力；请确认一次。
code-person_unknown = 没有这个假名的人员；请核对。
code-person_erased = 密钥已销毁，任何人都不能再读取数据。
code-person_restricted = 数据已限制使用；只有质量、法律要求和本人可以打开。
code-purpose_not_yours = 您的角色都不用于这一目的；请说明您的目的。
code-purpose_not_for_kind = 这一目的不需要此类人员的数据；请另选目的。
code-field_not_searchable = 人员可按姓名、证件、电话、住院号查找；请选其一。

## 设置与备份
code-config_invalid = 服务器的设置有误；句中列出全部错误，改正后请运行 qidai config check。
code-config_file_missing = 指定的设置文件不存在；请检查 --config 或 QIDAI_CONFIG。
code-config_not_readable = 无法读取设置文件；请检查其权限。
code-config_syntax = 设置文件中有一行不符合 TOML 语法；句中指明该行。
code-config_unknown_setting = 没有这个设置项，多为笔误；请参照所提示的名称或 configuration.md。
code-config_wrong_type = 值的类型不对；文本请加引号，列表请加方括号。
code-config_value_invalid = 设置值不符合要求，或所指的文件不存在；句中说明应为什么。
code-config_incomplete = 成对的设置缺少一项（如证书缺少私钥）；请同时设置。
code-config_secret_readable = 机器上的任何人都能读取密钥；请对文件执行 chmod o=，或改用环境变量。
code-certificate_unusable = 证书或私钥无法使用，或两者不匹配；请提供 PEM 格式的证书链及其私钥。
code-metrics_not_for_you = /metrics 只能在本机读取，或凭 metrics.token 令牌读取。
code-metrics_not_written = 无法写出计数；请查看日志。
code-backup_file_failed = 备份的文件或文件夹无法读写；请检查权限与空间。已有的同名文件不会被覆盖。
code-backup_not_found = 该文件夹不是备份：缺少 manifest.json；请给出 qidai backup 所输出的文件夹。
code-backup_manifest_unreadable = 无法理解 manifest.json：形式不同或被改动；请用其他备份。
code-backup_damaged = 备份不完整：有文件缺失或改变，或其中的库与清单不符；请用其他备份。
code-backup_address_unreadable = 无法为 pg_dump 拆分数据库地址；请检查 QIDAI_DATABASE_URL。
code-backup_differs = 恢复出的库与备份的末尾不一致；请勿使用，改用其他备份。
code-postgres_programs_missing = 未找到 pg_dump 或 pg_restore；请安装 postgresql-client（版本不低于服务器）。
code-postgres_program_failed = pg_dump 或 pg_restore 未能完成；句中附其原话。
code-restore_place_taken = 该处已有内容；请恢复到新文件或空数据库。
code-restore_other_database = SQLite 的备份需要文件，PostgreSQL 的备份需要空数据库；请给出相应位置。
