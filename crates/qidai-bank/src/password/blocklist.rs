//! Passwords that are tried first. Our own short list of what people make: a favourite word, repeated or with
//! digits behind it, in Latin letters; and walks over the keyboard.

/// Words and walks. A password that is nothing but these and digits or signs is refused.
const FAVOURITES: [&str; 44] = [
    "123456789",
    "987654321",
    "password",
    "passwort",
    "passwd",
    "letmein",
    "welcome",
    "iloveyou",
    "admin",
    "administrator",
    "root",
    "qwerty",
    "qwertyuiop",
    "asdfghjkl",
    "asdf",
    "zxcvbnm",
    "1qaz",
    "2wsx",
    "3edc",
    "1q2w3e4r",
    "abc",
    "abcd",
    "changeme",
    "default",
    "secret",
    "test",
    "user",
    "login",
    "qidai",
    "jidai",
    "qidaixue",
    "cordblood",
    "bloodbank",
    "hospital",
    "shandong",
    "jinan",
    "beijing",
    "china",
    "zhongguo",
    "woaini",
    "wodemima",
    "mima",
    "aini",
    "aaa",
];

/// Letters that favourites and signs must leave over: fewer are an ornament.
const LETTERS_LEFT_MIN: usize = 3;

/// The form in which passwords are compared with the list.
pub(super) fn folded(password: &str) -> String {
    password.to_lowercase()
}

/// Is next to nothing left of the password when favourites, digits and signs are taken away? Signs that stand for
/// letters are also put back first: `p@ssw0rd` is `password`.
pub(super) fn is_listed(folded: &str) -> bool {
    let put_back: String = folded.chars().map(letter_for).collect();
    [folded, put_back.as_str()].into_iter().any(|text| {
        let mut rest = text.to_owned();
        let mut words: Vec<&str> = FAVOURITES.to_vec();
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        for word in words {
            rest = rest.replace(word, "");
        }
        rest.chars().filter(|c| c.is_alphabetic()).count() < LETTERS_LEFT_MIN
    })
}

fn letter_for(c: char) -> char {
    match c {
        '@' | '4' => 'a',
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '$' | '5' => 's',
        '7' => 't',
        other => other,
    }
}
