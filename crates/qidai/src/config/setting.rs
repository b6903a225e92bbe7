//! The list of settings. `docs/configuration.md` is checked against it by a test.

/// One setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Setting {
    /// As it stands in the file; a point is a table of TOML.
    pub(crate) name: &'static str,
    /// Its variable of the environment.
    pub(crate) variable: &'static str,
    pub(crate) form: Form,
    pub(crate) default: Option<&'static str>,
    pub(crate) about: &'static str,
}

/// What its text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Text,
    /// A path, in a file relative to the file's folder.
    Path,
    /// A list of TOML; elsewhere texts with commas.
    List,
    Number,
    /// Never shown.
    Secret,
}

const fn setting(name: &'static str, variable: &'static str, form: Form, about: &'static str) -> Setting {
    Setting { name, variable, form, default: None, about }
}

/// Every setting, in the order in which they are shown.
pub(crate) const SETTINGS: [Setting; 21] = [
    setting(
        "bank",
        "QIDAI_DATABASE_URL",
        Form::Path,
        "the bank: a file, or postgres://… (of which only host and database are shown)",
    ),
    Setting {
        default: Some(crate::commands::serve::DEFAULT_LISTEN),
        ..setting("listen", "QIDAI_LISTEN", Form::Text, "address and port to listen on")
    },
    Setting {
        default: Some("en"),
        ..setting("lang", "QIDAI_LANG", Form::Text, "language of readers who name none: zh-CN or en")
    },
    setting("release", "QIDAI_RELEASE", Form::Path, "folder of an IPD-IMGT/HLA release"),
    setting("mac", "QIDAI_MAC", Form::Path, "table of multiple allele codes"),
    setting(
        "frequencies",
        "QIDAI_FREQUENCIES",
        Form::Path,
        "haplotype frequencies by which matches are predicted",
    ),
    setting("snapshot", "QIDAI_SNAPSHOT", Form::Path, "where the search snapshot is kept"),
    setting(
        "pools",
        "QIDAI_POOLS",
        Form::List,
        "pools that are searched beside the bank, NAME=FILE: a frozen pool, or a list to be frozen",
    ),
    setting(
        "names",
        "QIDAI_NAMES",
        Form::List,
        "host names under which the server answers, besides localhost",
    ),
    setting(
        "tls.certificate",
        "QIDAI_TLS_CERTIFICATE",
        Form::Path,
        "certificate chain, PEM; read again on SIGHUP",
    ),
    setting("tls.key", "QIDAI_TLS_KEY", Form::Path, "key of the certificate, PEM, unreadable for others"),
    setting(
        "proxy.trusted",
        "QIDAI_TRUSTED_PROXIES",
        Form::List,
        "addresses or networks whose X-Forwarded-For, -Host and -Proto are believed",
    ),
    setting(
        "metrics.token",
        "QIDAI_METRICS_TOKEN",
        Form::Secret,
        "who sends it as a bearer token may read /metrics from elsewhere; at least 16 characters",
    ),
    Setting {
        default: Some("20"),
        ..setting(
            "documents.mb_max",
            "QIDAI_DOCUMENT_MB_MAX",
            Form::Text,
            "the largest file that is kept, in MiB: 1 to 100",
        )
    },
    Setting {
        default: Some("30"),
        ..setting(
            "limits.sign_in",
            "QIDAI_LIMITS_SIGN_IN",
            Form::Number,
            "sign-ins, and uses of one-time links, of one address in a minute",
        )
    },
    Setting {
        default: Some("600"),
        ..setting(
            "limits.signed_out",
            "QIDAI_LIMITS_SIGNED_OUT",
            Form::Number,
            "requests of one address in a minute without a sign-in",
        )
    },
    Setting {
        default: Some("6000"),
        ..setting(
            "limits.account",
            "QIDAI_LIMITS_ACCOUNT",
            Form::Number,
            "requests of one account in a minute",
        )
    },
    Setting {
        default: Some("3000"),
        ..setting(
            "limits.token",
            "QIDAI_LIMITS_TOKEN",
            Form::Number,
            "requests of one token of a machine in a minute",
        )
    },
    setting(
        "telemetry.broker",
        "QIDAI_TELEMETRY_BROKER",
        Form::Text,
        "MQTT broker of the tanks' readings, host:port; without it the server listens to none",
    ),
    Setting {
        default: Some(crate::telemetry::USUAL),
        ..setting("log.filter", "QIDAI_LOG", Form::Text, "what is logged, such as info or qidai=debug")
    },
    Setting {
        default: Some("text"),
        ..setting("log.format", "QIDAI_LOG_FORMAT", Form::Text, "text, or json: one object per line")
    },
];

/// The setting of a name.
pub(crate) fn named(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.name == name)
}
