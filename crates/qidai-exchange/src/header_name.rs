//! Which of our fields does a column mean? Headers are written by people, in two languages.

use crate::field::Field;
use crate::half_width::half_width;
use crate::number::Decimal;

/// Names of columns as senders write them, each with the field it means. Our own field names need no line here.
/// Compared without case, blanks, underscores and hyphens, and with full-width forms made narrow.
/// Chinese terms are those of the glossary and their usual short forms.
const ALSO_WRITTEN: &[(&str, &[&str])] = &[
    (
        "din",
        &[
            "identity",
            "unit id",
            "unit",
            "cbu",
            "cbu id",
            "编号",
            "条码",
            "条码号",
            "脐血编号",
            "脐带血编号",
            "库存编号",
            "献血编号",
        ],
    ),
    (
        "id",
        &[
            "din",
            "donor",
            "donor id",
            "grid",
            "cbu",
            "cbu id",
            "unit id",
            "编号",
            "供者",
            "供者编号",
            "脐血编号",
            "脐带血编号",
        ],
    ),
    ("bank_type", &["bank", "库", "库别", "库型", "库类型", "入库类型", "储存类型", "存储类型"]),
    ("status", &["状态", "库存状态"]),
    ("collection_date", &["collected on", "date of collection", "采集日期", "采集时间", "采血日期"]),
    ("birth_date", &["date of birth", "dob", "出生日期", "生日"]),
    ("expiry_date", &["expires on", "失效日期", "有效期", "有效期至"]),
    ("sex", &["gender", "性别", "新生儿性别", "婴儿性别"]),
    ("abo", &["abo血型", "abo group"]),
    ("rhd", &["rh", "rh血型", "rhd血型", "rh(d)", "rh factor"]),
    ("blood_group", &["blood type", "血型", "血型(abo/rhd)"]),
    (
        "tnc_total",
        &["tnc", "有核细胞总数", "有核细胞数", "有核细胞", "总有核细胞", "总有核细胞数", "有核细胞总数(tnc)"],
    ),
    (
        "cd34_total",
        &[
            "cd34",
            "cd34+",
            "cd34+细胞",
            "cd34阳性细胞",
            "cd34阳性细胞数",
            "cd34细胞总数",
            "cd34+细胞总数",
            "cd34阳性细胞总数",
        ],
    ),
    ("cfu_gm_total", &["cfu gm", "粒单核系集落", "集落形成单位"]),
    ("mnc_total", &["mnc", "单个核细胞", "单个核细胞数", "单个核细胞总数"]),
    ("nrbc_total", &["nrbc", "有核红细胞", "有核红细胞数"]),
    ("volume_ml", &["volume", "体积", "制备后体积"]),
    ("viability_percent", &["viability", "细胞活率", "活率", "活力", "细胞活力"]),
    ("cd34_viability_percent", &["cd34 viability", "cd34活率", "cd34+活率", "cd34+细胞活率"]),
    ("cd45_viability_percent", &["cd45 viability", "cd45活率", "cd45+活率"]),
    (
        "tnc_collected",
        &[
            "tnc total collected",
            "tnc collected total",
            "采集有核细胞总数",
            "制备前有核细胞总数",
            "采集时有核细胞总数",
        ],
    ),
    (
        "volume_collected_ml",
        &["volume collected", "collected volume", "collected volume ml", "采集量", "采集体积"],
    ),
    ("cryovolume_ml", &["cryovolume", "freezing volume", "冻存体积"]),
    ("rbc_depleted", &["rbc depletion", "rbc reduced", "去红细胞", "是否去红细胞"]),
    ("processing_method", &["制备方法", "制备方式"]),
    ("attached_segments", &["segments", "连接管", "连接管数", "袋体小管", "小管数"]),
    ("identity_confirmed", &["ct done", "确认分型"]),
    ("idm", &["传染病标志物", "传染病检测"]),
    ("cmv", &["巨细胞病毒", "cmv检测"]),
    ("haemoglobinopathy", &["hemoglobinopathy", "血红蛋白病", "地中海贫血"]),
    ("microbial_growth", &["sterility", "微生物检测", "无菌试验", "无菌检测"]),
    ("hla", &["hla typing", "typing", "gl", "gl string", "glstring", "hla分型", "hla分型结果", "分型"]),
    ("hla_method", &["typing method", "分型方法", "hla分型方法"]),
    ("hla_release", &["imgt release", "imgt/hla release", "分型版本"]),
    ("hla_typed_on", &["typing date", "hla date", "分型日期"]),
    ("mother_hla", &["maternal hla", "母亲hla", "母血hla", "母亲分型", "母亲hla分型"]),
];

/// Measures of a header in brackets, with the power of ten by which its numbers are multiplied.
const HEADER_UNITS: &[(&str, &str)] = &[
    ("ml", "1"),
    ("毫升", "1"),
    ("%", "1"),
    ("个", "1"),
    ("cells", "1"),
    ("亿", "1e8"),
    ("万", "1e4"),
    ("10^8", "1e8"),
    ("10⁸", "1e8"),
    ("10^7", "1e7"),
    ("10⁷", "1e7"),
    ("10^6", "1e6"),
    ("10⁶", "1e6"),
    ("10^5", "1e5"),
    ("10⁵", "1e5"),
    ("1e8", "1e8"),
    ("1e7", "1e7"),
    ("1e6", "1e6"),
    ("1e5", "1e5"),
];

/// A column name in the form in which names are compared.
pub(crate) fn comparable(name: &str) -> String {
    half_width(name)
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-' | '\u{feff}'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// A field that a header names, and what one of its numbers stands for when the header says so.
pub(crate) struct Named {
    /// Place in the list of fields.
    pub(crate) field: usize,
    pub(crate) unit: Option<Decimal>,
}

/// Finds the field that a header means among `fields`; a measure in brackets is understood: `TNC (×10^8)`.
pub(crate) fn find<R>(header: &str, fields: &[Field<R>]) -> Option<Named> {
    let name = comparable(header);
    if let Some(field) = field_named(&name, fields) {
        return Some(Named { field, unit: None });
    }
    let (name, measure) = name.strip_suffix(')')?.rsplit_once('(')?;
    let measure = measure.trim_start_matches(['×', 'x', '*']);
    let factor = HEADER_UNITS.iter().find(|(known, _)| *known == measure)?.1;
    Some(Named { field: field_named(name, fields)?, unit: Decimal::parse(factor).ok() })
}

fn field_named<R>(name: &str, fields: &[Field<R>]) -> Option<usize> {
    let is_called =
        |field: &Field<R>| comparable(&field.name) == name || comparable(&field.bank_name) == name;
    let is_also_called = |field: &Field<R>| {
        let mut meant = ALSO_WRITTEN.iter().filter(|(meant, _)| *meant == field.name);
        meant.any(|(_, names)| names.iter().any(|written| comparable(written) == name))
    };
    fields.iter().position(is_called).or_else(|| fields.iter().position(is_also_called))
}
