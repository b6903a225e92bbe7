use super::*;

#[test]
fn counts_are_grouped_in_threes() {
    for (digits, text) in
        [("0", "0"), ("999", "999"), ("1000", "1,000"), ("110243", "110,243"), ("-5000", "−5,000")]
    {
        assert_eq!(thousands(digits), text);
    }
}
