//! Words for people, in Chinese and English side by side (`locales/zh-CN.ftl`, `locales/en.ftl`).
//!
//! Counts are written with thousands separators in both languages; values from data stay half-width.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::{LanguageIdentifier, langid};

/// A language of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) enum Lang {
    /// Simplified Chinese.
    ZhCn,
    /// English.
    #[default]
    En,
}

impl Lang {
    /// Every language, in the order of the switch.
    pub(crate) const ALL: [Lang; 2] = [Lang::ZhCn, Lang::En];

    /// The language tag of BCP 47, as it stands in addresses, cookies and `lang` attributes.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Lang::ZhCn => "zh-CN",
            Lang::En => "en",
        }
    }

    /// The language's own short name, as on the switch.
    pub(crate) fn own_name(self) -> &'static str {
        match self {
            Lang::ZhCn => "中文",
            Lang::En => "EN",
        }
    }

    /// Reads a tag such as `zh`, `zh-Hans-CN` or `en-GB`, or a locale such as `zh_CN.UTF-8`; nothing for other
    /// languages.
    pub(crate) fn from_tag(tag: &str) -> Option<Lang> {
        let primary = tag.trim().split(['-', '_', '.', '@']).next()?;
        Lang::ALL.into_iter().find(|lang| lang.tag()[..2].eq_ignore_ascii_case(primary))
    }

    /// Reads the option `--lang`, which a person types: a language that we do not speak is refused.
    pub(crate) fn from_option(text: &str) -> Result<Lang, String> {
        Lang::from_tag(text).ok_or_else(|| "expected zh-CN or en".to_owned())
    }

    /// The language of `QIDAI_LANG`, which a system may have set for everyone: where it is none of ours, English.
    pub(crate) fn of_environment() -> Lang {
        std::env::var("QIDAI_LANG").ok().as_deref().and_then(Lang::from_tag).unwrap_or_default()
    }

    /// The first language we speak in an `Accept-Language` header (RFC 9110 §12.5.4), by quality.
    pub(crate) fn from_accept(header: &str) -> Option<Lang> {
        let mut wishes: Vec<(f32, Lang)> = header
            .split(',')
            .filter_map(|wish| {
                let (tag, quality) = wish.split_once(';').unwrap_or((wish, "q=1"));
                let quality = quality.trim().strip_prefix("q=")?.parse().ok()?;
                (quality > 0.0).then_some((quality, Lang::from_tag(tag)?))
            })
            .collect();
        wishes.sort_by(|a, b| b.0.total_cmp(&a.0));
        wishes.first().map(|(_, lang)| *lang)
    }

    /// The words of this language.
    pub(crate) fn words(self) -> &'static Words {
        match self {
            Lang::ZhCn => &ZH_CN,
            Lang::En => &EN,
        }
    }
}

static ZH_CN: LazyLock<Words> =
    LazyLock::new(|| Words::load(Lang::ZhCn, langid!("zh-CN"), &[ZH_CN_WORDS, ZH_CN_CODES, ZH_CN_ISSUES]));
static EN: LazyLock<Words> = LazyLock::new(|| Words::load(Lang::En, langid!("en"), &[EN_WORDS]));

const EN_WORDS: &str = include_str!("../locales/en.ftl");
const ZH_CN_WORDS: &str = include_str!("../locales/zh-CN.ftl");
/// What each code means. English says it, with its values, at the spot.
const ZH_CN_CODES: &str = include_str!("../locales/codes.zh-CN.ftl");
/// What is wrong with a row of an import, and what would be right.
const ZH_CN_ISSUES: &str = include_str!("../locales/issues.zh-CN.ftl");

/// The sentences and labels of one language.
pub(crate) struct Words {
    lang: Lang,
    bundle: FluentBundle<FluentResource>,
}

impl Words {
    fn load(lang: Lang, id: LanguageIdentifier, texts: &[&'static str]) -> Words {
        let mut bundle = FluentBundle::new_concurrent(vec![id]);
        bundle.set_use_isolating(false);
        bundle.set_formatter(Some(grouped));
        for text in texts {
            // A file with a mistake still gives its other messages; a test insists that there is no mistake.
            let resource = FluentResource::try_new((*text).to_owned()).unwrap_or_else(|(rest, _)| rest);
            bundle.add_resource_overriding(resource);
        }
        Words { lang, bundle }
    }

    pub(crate) fn lang(&self) -> Lang {
        self.lang
    }

    /// The message without values.
    pub(crate) fn t(&self, key: &str) -> String {
        self.say(key, &[])
    }

    /// The message with one value.
    pub(crate) fn t1<'a>(&self, key: &str, name: &'static str, value: impl Into<FluentValue<'a>>) -> String {
        self.say(key, &[(name, value.into())])
    }

    /// The message with its values; a key that does not exist shows itself.
    pub(crate) fn say(&self, key: &str, values: &[(&'static str, FluentValue<'_>)]) -> String {
        self.find(key, values).unwrap_or_else(|| key.to_owned())
    }

    /// The message with its values, or nothing when this file does not have it.
    pub(crate) fn find(&self, key: &str, values: &[(&'static str, FluentValue<'_>)]) -> Option<String> {
        self.format(key, values).map(|(text, _)| text)
    }

    /// Like [`Words::find`], but nothing either when the message needs a value that is not given.
    pub(crate) fn find_whole(&self, key: &str, values: &[(&'static str, FluentValue<'_>)]) -> Option<String> {
        self.format(key, values).and_then(|(text, is_whole)| is_whole.then_some(text))
    }

    /// The message, and whether it got every value that it needs.
    fn format(&self, key: &str, values: &[(&'static str, FluentValue<'_>)]) -> Option<(String, bool)> {
        let pattern = self.bundle.get_message(key)?.value()?;
        let args: FluentArgs<'_> = values.iter().map(|(name, value)| (*name, value.clone())).collect();
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(&args), &mut errors);
        if !errors.is_empty() {
            tracing::warn!(key, ?errors, "a message lacks a value");
        }
        Some((text.into_owned(), errors.is_empty()))
    }
}

/// Writes whole numbers in groups of three; other values keep their usual form.
fn grouped<M>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    match value {
        FluentValue::Number(number) if number.value.fract() == 0.0 => {
            Some(thousands(&format!("{:.0}", number.value)))
        }
        _ => None,
    }
}

/// `110243` → `110,243`; a sign is kept.
pub(crate) fn thousands(digits: &str) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |rest| ("−", rest));
    let mut text = String::from(sign);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests;
