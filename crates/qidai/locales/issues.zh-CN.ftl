### What is wrong with a row or a file of an import, with its values, and (-hint) what would be right. The English stands at the
### spot in the program. Sentences of typings are in zh-CN.ftl (typing-error-…).

issue-fix = 是否应为“{ $fix }”？

## 文件
issue-file_is_binary = 含有 NUL 字节，既不是文本，也不是 XLSX
issue-file_is_binary-hint = 请另存为不加密码的 XLSX，或 CSV
issue-file_is_old_excel = 这是旧式 Excel 文件（.xls），或加了密码的工作簿
issue-file_is_old_excel-hint = 请另存为不加密码的 XLSX，或 CSV
issue-file_empty = 文件是空的，没有表头
issue-file_empty-hint = 第一个非空行应是各列的名称
issue-encoding_unknown = 不认识编码“{ $found }”
issue-encoding_unknown-hint = 请用 utf-8、gb18030 或 utf-16
issue-too_many_columns = 表头有 { $found } 列，最多可读 { $expected } 列
issue-too_many_columns-hint = 请删去与导入无关的列，或检查分隔符
issue-record_too_long = 从第 { $row } 行开始的一条记录超过 1 MiB
issue-record_too_long-hint = 请查看该行是否缺少换行
issue-quote_not_closed = 第 { $row } 行打开的引号没有闭合，其后的内容都没有读取
issue-quote_not_closed-hint = 请在该处补上引号；文字中的引号应写两次
issue-workbook_too_large = 工作簿解压后过大，像压缩炸弹，没有打开
issue-workbook_too_large-hint = 请用表格软件打开，把工作表另存为 CSV
issue-workbook_damaged = 工作簿已损坏，无法读取
issue-workbook_damaged-hint = 请用表格软件打开并重新保存
issue-sheet_unknown = 没有名为“{ $wanted }”的工作表；有：{ $found }
issue-sheet_unknown-hint = 请用 --sheet 指定其中一个

## 表头与映射
issue-column_missing = 缺少列 { $column }；文件中有：{ $found }
issue-column_missing-hint = 请更改列名，或在映射文件中写明哪一列对应哪个字段
issue-column_twice = “{ $earlier }”和“{ $column }”两列都对应 { $field }
issue-column_twice-hint = 请更改列名，或在映射文件中略去一列
issue-mapped_column_missing = 映射中的列“{ $column }”不在文件中；文件中有：{ $found }
issue-mapped_column_missing-hint = 请更正映射，或检查表头
issue-mapping_field_unknown = 映射中的字段“{ $value }”不存在
issue-mapping_field_unknown-hint = 请检查拼写；字段名见导入说明

## 行
issue-row_ragged = 该行有 { $found } 个单元格，表头有 { $expected } 个
issue-row_ragged-hint = 含分隔符的单元格请加引号，空单元格请保留
issue-gl_line_without_percent = 该行的编号与分型之间没有 %
issue-gl_line_without_percent-hint = 应写成 id%GL-string
issue-character_nul = 单元格含有 NUL 字节，文本中不会有它
issue-character_nul-hint = 请重新导出文件，或重新输入该单元格
issue-text_damaged = 单元格中有按文件编码无法识别的字符
issue-text_damaged-hint = 请用 --encoding 指明文件编码，或重新输入该单元格
issue-cell_empty = { $column } 为空
issue-cell_empty-hint = 请填写该单元格
issue-cell_is_error = 单元格是表格公式的错误 { $value }
issue-cell_is_error-hint = 请更正公式，或改为其数值

## 编号
issue-id_is_number = 表格软件把该编号变成了数字或日期：{ $value }
issue-id_is_number-hint = 请先把该列设为文本，再从原处取回编号
issue-identity_length_wrong = 编号“{ $value }”的长度不对
issue-identity_length_wrong-hint = 请检查该列；编号是一个不含空格的词
issue-identity_character_unknown = 编号“{ $value }”含有不可用的字符
issue-identity_character_unknown-hint = 请去掉空格和不可见字符
issue-identity_duplicate_in_file = 第 { $row } 行的编号与第 { $earlier } 行相同，内容不同
issue-identity_duplicate_in_file-hint = 请只保留一行：一份脐带血或一名供者在文件中只出现一次
issue-identity_known_with_other_content = 库中已有此编号，内容不同（库中 ≠ 文件）：{ $differences }
issue-identity_known_with_other_content-hint = 请比较该行与库中记录；导入只增加记录，不改动记录
issue-din_check_missing = “{ $value }”只有 DIN 的 13 位，缺少其后的校验符
issue-din_check_missing-hint = 请从标签抄全 14 位，最后一位在方框内
issue-din_length_wrong = “{ $value }”的长度不是 DIN 的长度
issue-din_length_wrong-hint = 请对照标签：13 位编号加一位校验符
issue-din_character_unknown = “{ $value }”含有 DIN 中没有的字符，常为形似的其他字母
issue-din_character_unknown-hint = 请重新输入该字符
issue-din_character_misplaced = “{ $value }”中字母或数字的位置不对
issue-din_character_misplaced-hint = DIN 依次为机构 5 位、年份 2 位数字、序号 6 位数字；请对照标签
issue-din_check_wrong = “{ $value }”的校验符不符，有一个字符读错
issue-din_check_wrong-hint = 请逐字核对标签，或重新扫描
issue-din_flags_unknown = “{ $value }”的标志位没有意义
issue-din_flags_unknown-hint = 请改为 13 位编号加校验符

## 值
issue-number_unclear = “{ $value }”不是数字，或可有两种读法
issue-number_unclear-hint = 请写 1200000000、1,200,000,000、1.2e9 或 12亿，不带单位
issue-number_not_whole = { $value } 不是整数
issue-number_not_whole-hint = 请写单个细胞数，或在映射中写明该列单位，如 1e8
issue-number_too_large = { $value } 过大，无法保存
issue-number_too_large-hint = 请更正数值
issue-amount_implausible = { $column } 的值 { $value } 不合理，像是用了其他单位
issue-amount_implausible-hint = 请更正数值，或在映射中写明该列单位，如 1e8；百分比写 92.5，而非 0.925
issue-date_unclear = “{ $value }”不是日期，或可有两种读法
issue-date_unclear-hint = 请按年、月、日书写：2023-01-05 或 2023/1/5
issue-date_in_future = { $column } 的日期 { $value } 在今天之后
issue-date_in_future-hint = 请更正日期
issue-date_too_early = { $column } 的日期 { $value } 过早
issue-date_too_early-hint = 请更正日期，或留空
issue-collection_before_birth = 采集日期 { $value } 早于出生日期
issue-collection_before_birth-hint = 请更正其中一个日期
issue-expiry_before_collection = 失效日期 { $value } 早于采集日期
issue-expiry_before_collection-hint = 请更正其中一个日期
issue-bank_type_unknown = 库别“{ $value }”无法识别
issue-bank_type_unknown-hint = 应为 public（公共库）或 family（自体库）
issue-status_unknown = 状态“{ $value }”无法识别
issue-status_unknown-hint = 应为 available、quarantine、family_held 等；其他词请在映射中翻译
issue-status_not_for_bank_type = 这一库别的脐带血不能有状态“{ $value }”
issue-status_not_for_bank_type-hint = 请更正状态或库别
issue-sex_unknown = 性别“{ $value }”无法识别
issue-sex_unknown-hint = 应为 F 或 M
issue-abo_unknown = ABO 血型“{ $value }”无法识别
issue-abo_unknown-hint = 应为 A、B、AB 或 O
issue-rhd_unknown = RhD“{ $value }”无法识别
issue-rhd_unknown-hint = 应为 + 或 -
issue-blood_group_unknown = 血型“{ $value }”无法识别
issue-blood_group_unknown-hint = 应为如 A+、B-、AB+、O
issue-accreditation_unknown = 认证“{ $value }”无法识别
issue-accreditation_unknown-hint = 应为 FACT、AABB、WMDA
issue-answer_unknown = “{ $value }”不是“是”或“否”
issue-answer_unknown-hint = 应为 yes 或 no
issue-outcome_unknown = 检测结果“{ $value }”无法识别
issue-outcome_unknown-hint = 应为 negative（阴性）、positive（阳性）或 indeterminate（不确定）
issue-hla_missing = 可检索的脐带血没有分型
issue-hla_missing-hint = 请补上分型，或改为不可检索的状态，如 quarantine
issue-count_negative = { $column } 的值 { $value } 小于零
issue-count_negative-hint = 请更正；不知道时请留空
issue-volume_not_positive = 体积 { $value } 应大于零
issue-volume_not_positive-hint = 请更正；不知道时请留空
issue-viability_out_of_range = 活率 { $value } 应在 0 至 100% 之间
issue-viability_out_of_range-hint = 请更正
issue-cd34_exceeds_tnc = CD34 阳性细胞 { $value } 多于有核细胞
issue-cd34_exceeds_tnc-hint = 请检查两列是否颠倒

## 分型
issue-loci_mixed-hint = 一处应是同一个位点的两个等位基因；是否填错了列，或两个位点颠倒？
issue-mac_table_missing-hint = 请用 --mac FILE 指定代码表
issue-release_needed-hint = 请用 --release DIR 指定命名集
