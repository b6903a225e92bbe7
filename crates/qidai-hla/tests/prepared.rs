//! The prepared way and the long way must agree, on everything a release names and on random lists and GL Strings.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod support;

use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};
use qidai_hla::reduce::{self, Names, Prepared, Scratch};
use qidai_hla::typing::MacTable;
use qidai_hla::{GroupKind, Locus, Nomenclature, Release};

/// Real names, groups, antigens, codes, and what is made of them. Every so-manieth of each, so that a debug build is
/// done in seconds.
struct Texts {
    alleles: Vec<String>,
    short: Vec<String>,
    groups: Vec<String>,
    first_fields: Vec<String>,
    antigens: Vec<String>,
    codes: Vec<String>,
}

impl Texts {
    fn of(release: &Release, mac: &MacTable) -> Texts {
        let names =
            || Locus::ALL.iter().flat_map(|locus| release.alleles_of(*locus)).map(|a| release.name(a));
        let mut short: Vec<String> = names().map(|n| n.shortened(2).to_string()).collect();
        short.extend(names().map(|n| n.shortened(3).to_string()));
        short.extend(names().map(|n| n.shortened(2).with_suffix(n.suffix()).to_string()));
        let mut first_fields: Vec<String> = names().map(|n| n.shortened(1).to_string()).collect();
        for list in [&mut short, &mut first_fields] {
            list.sort();
            list.dedup();
        }
        let xx: Vec<String> = first_fields.iter().map(|f| format!("{f}:XX")).collect();
        let groups = [GroupKind::G, GroupKind::P].into_iter().flat_map(|kind| release.all_groups(kind));
        let mut codes: Vec<&str> = mac.iter().map(|(code, _)| code).collect();
        codes.sort_unstable();
        let behind = |i: usize| &first_fields[i * 7 % first_fields.len()];
        Texts {
            alleles: names().map(|name| name.to_string()).collect(),
            groups: groups.map(|(name, _)| name.to_string()).collect(),
            antigens: release.serology().all().iter().map(ToString::to_string).collect(),
            codes: codes.iter().enumerate().map(|(i, code)| format!("{}:{code}", behind(i))).collect(),
            short,
            first_fields: first_fields.iter().chain(&xx).cloned().collect(),
        }
    }

    fn lists(&self) -> [&Vec<String>; 6] {
        [&self.alleles, &self.short, &self.groups, &self.first_fields, &self.antigens, &self.codes]
    }

    /// A text of any kind; the kinds are equally likely.
    fn any(&self, rng: &mut TestRng) -> &str {
        let list = self.lists()[rng.next_u32() as usize % 6];
        &list[rng.next_u32() as usize % list.len()]
    }
}

fn check(
    prepared: &Prepared<'_>,
    text: &str,
    nomenclature: &Nomenclature<'_>,
    scratch: &mut Scratch,
) -> bool {
    let long = reduce::reduce(text, prepared.level(), nomenclature);
    let level = prepared.level().name;
    if let Some(terms) = prepared.gl_terms(text, scratch) {
        let has_remark = terms.has_remark();
        let (answer, long) =
            (terms.to_string(), long.as_ref().unwrap_or_else(|e| panic!("{text} {level}: {e}")));
        if !has_remark {
            assert!(long.notes.is_empty(), "{text} {level}: {:?}", long.notes);
            assert_eq!(answer, long.text, "{text} {level}");
        }
        if !answer.contains(['^', '+']) && answer != long.text {
            let set =
                |text: &str| text.split('/').map(str::to_owned).collect::<std::collections::BTreeSet<_>>();
            let (quick, long) = (set(&answer), set(&long.text));
            let only =
                |a: &std::collections::BTreeSet<String>, b| a.difference(b).cloned().collect::<Vec<_>>();
            panic!(
                "{text} {level}: only quick {:?}, only long {:?}",
                only(&quick, &long),
                only(&long, &quick)
            );
        }
        return !has_remark;
    }
    assert_eq!(prepared.reduce(text, scratch), long, "{text} {level}");
    false
}

fn mac() -> MacTable {
    let dir = support::release_dir().unwrap();
    let slice = std::fs::read_to_string(dir.join("../mac/mac_slice.tsv")).unwrap_or_default();
    MacTable::read(&slice).unwrap()
}

#[test]
fn both_ways_agree_on_all_that_a_release_names() {
    let Some(release) = support::release() else { return };
    let mac = mac();
    let nomenclature = Nomenclature::new(&release, Some(&mac));
    let names = Names::new(nomenclature);
    let texts = Texts::of(&release, &mac);
    for (i, level) in reduce::ALL_LEVELS.iter().enumerate() {
        let prepared = Prepared::new(&names, level);
        let mut scratch = Scratch::default();
        let (mut quick, mut all) = (0, 0);
        for list in texts.lists() {
            // Long answers of serology and XX take their time.
            let step = if list.len() < 1000 { 3 } else { 23 };
            for text in list.iter().skip(i % step).step_by(step) {
                quick += usize::from(check(&prepared, text, &nomenclature, &mut scratch));
                all += 1;
            }
        }
        assert!(quick * 3 > all, "{}: {quick} of {all} by the tables", level.name);
    }
}

#[test]
fn both_ways_agree_on_random_lists_and_gl_strings() {
    let Some(release) = support::release() else { return };
    let mac = mac();
    let nomenclature = Nomenclature::new(&release, Some(&mac));
    let names = Names::new(nomenclature);
    let texts = Texts::of(&release, &mac);
    let seed = [42; 32];
    println!("seed {seed:?}");
    let mut rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    for level in reduce::ALL_LEVELS {
        let prepared = Prepared::new(&names, level);
        let mut scratch = Scratch::default();
        for _ in 0..1_000 {
            let text = random(&texts, &mut rng);
            let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                check(&prepared, &text, &nomenclature, &mut scratch)
            }))
            .map_err(|_| panic!("{text} {}", level.name));
        }
    }
}

/// Lists and GL Strings of alleles, mostly of one locus, with damage now and then.
fn random(texts: &Texts, rng: &mut TestRng) -> String {
    let from = rng.next_u32() as usize % texts.alleles.len();
    let near = |rng: &mut TestRng| {
        let i = (from + rng.next_u32() as usize % 60).min(texts.alleles.len() - 1);
        texts.alleles[i].clone()
    };
    let mut text = near(rng);
    for _ in 0..rng.next_u32() % 6 {
        let operator = ["/", "/", "/", "+", "^", "|", "~"][rng.next_u32() as usize % 7];
        let next = match rng.next_u32() % 8 {
            0 => texts.any(rng).to_owned(),
            1 => near(rng).split('*').nth(1).unwrap().to_owned(),
            2 => format!("{:02}", rng.next_u32() % 30),
            3 => texts.short[rng.next_u32() as usize % texts.short.len()].clone(),
            _ => near(rng),
        };
        text = format!("{text}{operator}{next}");
    }
    match rng.next_u32() % 20 {
        0 => format!("HLA-{}", text.replace('/', "/HLA-").replace('+', "+HLA-").replace('^', "^HLA-")),
        1 => text.to_lowercase(),
        2 => format!(" {text}"),
        3 => text.chars().rev().collect(),
        _ => text,
    }
}

#[test]
fn equal_answers_have_one_number() {
    let Some(release) = support::release() else { return };
    let names = Names::new(Nomenclature::new(&release, None));
    let prepared = Prepared::new(&names, reduce::level("P").unwrap());
    let mut scratch = Scratch::default();
    for (group, members) in release.all_groups(GroupKind::P) {
        let set = prepared.set_of(&group.to_string(), &mut scratch).unwrap();
        for member in members.iter().map(|m| release.name(*m)).filter(|name| name.suffix().is_none()) {
            let own = prepared.set_of(&member.to_string(), &mut scratch);
            assert_eq!(own, Some(set), "{member} is {group}");
        }
    }
    assert!(prepared.set_count() < names.len() / 2);
}
