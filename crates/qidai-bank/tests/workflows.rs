//! The declarations hold together, and what they say is what experts wrote down beside them.

#![allow(clippy::expect_used, clippy::panic, reason = "a broken expectation fails the test")]

use std::collections::{BTreeMap, BTreeSet};

use qidai_bank::workflow::{self, Concept, DoneBy, Facts, Keeps, Place, Step, Target};
use qidai_bank::{DocumentClass, Meaning, Principal, Refusal, Role};

#[test]
fn the_declarations_hold_together() {
    let told: Vec<String> = workflow::mistakes().iter().map(ToString::to_string).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
    assert!(workflow::concepts().len() >= 5);
}

/// Who may make each move, by concept and pair of states.
type Moves = BTreeMap<(String, String, String), BTreeSet<String>>;

/// The table that experts keep. A pair stands in it once, with a source.
fn expected() -> Moves {
    let text = include_str!("cases/workflow_moves.tsv");
    let rows = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).skip(1);
    let mut moves = Moves::new();
    for row in rows {
        let cells: Vec<&str> = row.split('\t').collect();
        let [concept, from, to, roles, source] = cells[..] else { panic!("{row}") };
        assert!(!source.is_empty(), "no source: {row}");
        let roles = roles.split(',').map(str::to_owned).collect();
        let known = moves.insert((concept.to_owned(), from.to_owned(), to.to_owned()), roles);
        assert!(known.is_none(), "twice: {row}");
    }
    moves.extend(of_units());
    moves
}

/// The table of units, which has more columns. Moves back depend on where a unit was: they are told below.
fn of_units() -> Moves {
    let text = include_str!("cases/unit_moves.tsv");
    let rows = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).skip(1);
    let mut moves = Moves::new();
    for row in rows {
        let cells: Vec<&str> = row.split('\t').collect();
        let [from, to, codes, roles, source] = cells[..] else { panic!("{row}") };
        assert!(!source.is_empty(), "no source: {row}");
        let unit = workflow::concept("unit").expect("declared");
        for code in codes.split(',') {
            let step = unit.step(code).unwrap_or_else(|| panic!("no move {code}: {row}"));
            assert!(step.from.contains(&from), "{row}");
            assert_eq!(step.to, if to == "back" { Target::Back } else { Target::State(to) }, "{row}");
        }
        if to != "back" {
            let roles = roles.split(',').map(str::to_owned).collect();
            let known = moves.insert(("unit".to_owned(), from.to_owned(), to.to_owned()), roles);
            assert!(known.is_none(), "twice: {row}");
        }
    }
    moves
}

/// What the gate says to a move between two states when everything but the role is in order.
fn asked(concept: &Concept, from: &str, to: &str, principal: &Principal) -> Result<(), &'static str> {
    // Conditions of the declarations look at a field: try each value that one of them names.
    let values: BTreeSet<&str> = concept
        .steps
        .iter()
        .filter_map(|step| step.when.as_ref())
        .flat_map(|condition| condition.values.iter().copied())
        .chain(["any"])
        .collect();
    let documents: Vec<DocumentClass> = DocumentClass::all().collect();
    let signed: Vec<Meaning> = Meaning::all().collect();
    let mut refused = "move_not_allowed";
    for value in values {
        let facts = Facts {
            name: "X-1",
            state: from,
            before: None,
            site: None,
            value_of: &|_| Some(value),
            documents: &documents,
            signed: &signed,
            done: &[],
        };
        match may(concept, to, &facts, principal) {
            Ok(()) => return Ok(()),
            Err(code) => refused = code,
        }
    }
    Err(refused)
}

/// Several moves may lead from one state to another: one that can be made is enough.
fn may(concept: &Concept, to: &str, facts: &Facts<'_>, principal: &Principal) -> Result<(), &'static str> {
    let code_of = |refusal: Refusal| refusal.code;
    let steps: Vec<&Step> = match concept.meant(to, facts) {
        Ok(step) => vec![step],
        Err(refusal) if refusal.code == "move_ambiguous" => concept
            .steps_from(facts.state)
            .filter(|step| concept.target(step, facts.before).is_some_and(|state| state.code == to))
            .collect(),
        Err(refusal) => return Err(code_of(refusal)),
    };
    let obstacle = |step: &&Step| concept.obstacles(step, facts, principal, true).into_iter().next();
    let mut obstacles: Vec<Option<&str>> = steps.iter().map(|step| obstacle(step).map(code_of)).collect();
    if obstacles.contains(&None) {
        return Ok(());
    }
    // What a person is told who lacks the permission: that, rather than that a clock does the same.
    obstacles.sort_by_key(|code| *code == Some("move_by_clock_only"));
    Err(obstacles.into_iter().flatten().next().unwrap_or_default())
}

#[test]
fn every_pair_of_states_for_every_role_is_as_the_table_says() {
    let expected = expected();
    let (mut asked_for, mut met) = (0, BTreeSet::new());
    for concept in workflow::concepts() {
        for (from, to) in
            concept.states.iter().flat_map(|from| concept.states.iter().map(move |to| (from, to)))
        {
            let key = (concept.code.to_owned(), from.code.to_owned(), to.code.to_owned());
            let allowed = expected.get(&key);
            for role in Role::all() {
                let principal = Principal::console_as("tester", role);
                let says = asked(concept, from.code, to.code, &principal);
                let right = match allowed {
                    None => Err("move_not_allowed"),
                    Some(roles) if roles.contains(role.code()) => Ok(()),
                    Some(roles) if roles.iter().all(|role| role == "system") => Err("move_by_clock_only"),
                    Some(_) => Err("permission_missing"),
                };
                assert_eq!(says, right, "{key:?} as {}", role.code());
                asked_for += 1;
            }
            let system = asked(concept, from.code, to.code, &Principal::system("clock"));
            // A clock makes any move that its declaration names; those that only clocks make are told as such.
            assert_eq!(system.is_ok(), allowed.is_some(), "{key:?} by a clock");
            met.extend(allowed.map(|_| key));
        }
    }
    let unknown: Vec<_> = expected.keys().filter(|key| !met.contains(*key)).collect();
    assert!(unknown.is_empty(), "the table has moves of states that there are not: {unknown:?}");
    let pairs: usize = workflow::concepts().iter().map(|concept| concept.states.len().pow(2)).sum();
    assert_eq!(asked_for, pairs * Role::all().count());
}

#[test]
fn moves_of_the_system_are_those_that_the_table_names() {
    for ((concept, from, to), roles) in expected() {
        let declared = workflow::concept(&concept).expect("a concept");
        let by_clock =
            declared.steps_between(&from, &to, None).any(|step| step.mover == workflow::Mover::System);
        assert_eq!(by_clock, roles.contains("system"), "{concept}: {from} to {to}");
    }
}

/// What stands in the way of a move when one thing is missing.
fn obstacles(kind: &str, step: &str, change: impl Fn(&mut Case)) -> Vec<&'static str> {
    let concept = workflow::concept(kind).expect("a concept");
    let step = concept.step(step).expect("a move");
    let mut case = Case {
        role: Role::Quality,
        documents: DocumentClass::all().collect(),
        signed: Meaning::all().collect(),
        done: Vec::new(),
        empty: "",
        reason: true,
    };
    change(&mut case);
    let facts = Facts {
        name: "X-1",
        state: step.from[0],
        before: None,
        site: None,
        value_of: &|field| (field != case.empty).then_some("something"),
        documents: &case.documents,
        signed: &case.signed,
        done: &case.done,
    };
    let principal = Principal::console_as("li", case.role);
    concept.obstacles(step, &facts, &principal, case.reason).iter().map(|refusal| refusal.code).collect()
}

struct Case {
    role: Role,
    documents: Vec<DocumentClass>,
    signed: Vec<Meaning>,
    done: Vec<DoneBy>,
    empty: &'static str,
    reason: bool,
}

fn li_did(what: &str) -> Vec<DoneBy> {
    vec![DoneBy { what: what.to_owned(), actor: "console:li".to_owned(), account_id: None }]
}

#[test]
fn each_need_of_a_move_stands_in_its_way() {
    let none: [&str; 0] = [];
    assert_eq!(obstacles("nonconformance", "verify", |_| {}), none);
    assert_eq!(obstacles("nonconformance", "verify", |case| case.done = li_did("correct")), ["four_eyes"]);
    assert_eq!(obstacles("nonconformance", "verify", |case| case.done = li_did("assess")), none);
    assert_eq!(obstacles("nonconformance", "verify", |case| case.documents.clear()), ["document_missing"]);
    assert_eq!(obstacles("nonconformance", "verify", |case| case.signed.clear()), ["signature_missing"]);
    let unsigned = |case: &mut Case| case.signed = vec![Meaning::Performed];
    assert_eq!(obstacles("nonconformance", "verify", unsigned), ["signature_missing"], "of another meaning");
    assert_eq!(
        obstacles("nonconformance", "verify", |case| case.empty = "effectiveness"),
        ["record_field_missing"]
    );
    assert_eq!(obstacles("nonconformance", "verify", |case| case.empty = "about"), none);
    assert_eq!(obstacles("nonconformance", "reject", |case| case.reason = false), ["reason_missing"]);
    assert_eq!(
        obstacles("nonconformance", "verify", |case| case.role = Role::Auditor),
        ["permission_missing"]
    );
    let everything = |case: &mut Case| {
        *case = Case {
            role: Role::Family,
            documents: Vec::new(),
            signed: Vec::new(),
            done: li_did("correct"),
            empty: "effectiveness",
            reason: false,
        };
    };
    assert_eq!(
        obstacles("nonconformance", "verify", everything),
        ["permission_missing", "four_eyes", "record_field_missing", "document_missing", "signature_missing"],
        "all at once"
    );
}

/// Pages with one mistake each; the text that must be named.
const BROKEN: [(&str, &str, &str); 13] = [
    ("| a | b | 行 |", "| a | nowhere | 行 |", "the state 'nowhere'"),
    ("| b | 乙 | B | done | last | never |", "| b | 乙 | B | done | | never |", "no move leads out of 'b'"),
    (
        "| b | 乙 | B | done | last | never |\n",
        "| b | 乙 | B | done | last | never |\n| c | 丙 | C | done | last | never |\n",
        "'c' cannot be reached",
    ),
    ("| a | 甲 | A |", "| a | 甲 | |", "lacks its words in one language"),
    ("| plan | first |", "| plan | |", "no state is the first"),
    ("| plan | first |", "| heart | first |", "'heart' is no badge"),
    ("| licence_manage | | reason |", "| licence_eat | | reason |", "there is no permission 'licence_eat'"),
    ("| licence_manage | | reason |", "| licence_manage | colour = red | reason |", "the field 'colour'"),
    ("| licence_manage | | reason |", "| licence_manage | | luck |", "'luck' is no need"),
    ("| licence_manage | | reason |", "| licence_manage | | document contract |", "the document 'contract'"),
    ("| day | 日 | day | date |", "| day | 日 | day | number |", "looks at 'day', which is no open date"),
    ("| day | 日 | day | date |", "| day | 日 | day | dragon |", "'dragon' is no kind"),
    ("| 9, 3 | quality |", "| 3, 9 | quality |", "descending order"),
];

const WHOLE: &str = "# kit\n\n| property | value |\n|---|---|\n| 中文 | 包 |\n| English | kit |\n| number | KIT |\n\
| view | register_view |\n| create | licence_manage |\n| amend | licence_manage |\n| site | never |\n\n\
## Fields\n\n| field | 中文 | English | kind | unit | needed | marks | 帮助 | help |\n|---|---|---|---|---|---|---|---|---|\n\
| day | 日 | day | date | | | | | |\n\n\
## States\n\n| state | 中文 | English | badge | place | amending |\n|---|---|---|---|---|---|\n\
| a | 甲 | A | plan | first | free |\n| b | 乙 | B | done | last | never |\n\n\
## Moves\n\n| move | from | to | 中文 | English | by | when | needs | not by |\n|---|---|---|---|---|---|---|---|---|\n\
| go | a | b | 行 | go | licence_manage | | reason | |\n\n\
## Reminders\n\n| reminder | 中文 | English | runs in | before | days | to |\n|---|---|---|---|---|---|---|\n\
| near | 近 | near | a | day | 9, 3 | quality |\n";

#[test]
fn a_mistake_in_a_declaration_is_named() {
    let read = |text: &str| {
        let text: &'static str = Box::leak(text.to_owned().into_boxed_str());
        let (_, mistakes) = workflow::read_pages(&[("kit.md", text)]);
        mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(read(WHOLE), "");
    for (from, to, named) in BROKEN {
        assert!(WHOLE.contains(from), "{from}");
        let told = read(&WHOLE.replace(from, to));
        assert!(told.contains(named), "{to}: {told}");
    }
}

/// The page that the document shows is one.
#[test]
fn the_example_of_the_document_holds_together() {
    let document = include_str!("../../../docs/workflows.md");
    let block = document.split("```markdown\n").nth(1).and_then(|rest| rest.split("```").next());
    let (concepts, mistakes) = workflow::read_pages(&[("calibration.md", block.expect("an example"))]);
    let told: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    // It names institutions, which are declared elsewhere.
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(told[0].contains("refers to 'institution'"), "{told:#?}");
    assert_eq!(concepts[0].steps.len(), 3);
    for concept in workflow::concepts() {
        assert!(
            document.contains(&format!("| `{}` {} | {} |", concept.code, concept.label.zh, concept.prefix)),
            "{}",
            concept.code
        );
    }
}

/// Concepts of later work, declared in full: the mechanism can hold them.
const FITTING: [(&str, &str); 2] = [
    ("claim.md", include_str!("cases/workflows/claim.md")),
    ("project.md", include_str!("cases/workflows/project.md")),
];

fn fitting() -> Vec<Concept> {
    let (concepts, mistakes) = workflow::read_pages(&FITTING);
    let told: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    // A project names institutions, which are declared elsewhere.
    let told: Vec<&String> = told.iter().filter(|text| !text.contains("refers to 'institution'")).collect();
    assert!(told.is_empty(), "{told:#?}");
    concepts
}

fn unit() -> &'static Concept {
    workflow::concept("unit").expect("declared")
}

#[test]
fn claim_and_project_fit() {
    let concepts = fitting();
    for concept in &concepts {
        assert!(concept.states.iter().any(|state| state.place == Place::Last), "{}", concept.code);
    }
}

/// Every state of a unit is there, with the word that pages have for it, and those of mission M01 that lead sideways.
#[test]
fn the_states_of_units_are_those_of_their_declaration() {
    assert_eq!(unit().keeps, Keeps::OwnTable);
    let declared: BTreeSet<&str> = unit().states.iter().map(|state| state.code).collect();
    let known: BTreeSet<&str> = qidai_bank::Status::all().map(qidai_bank::Status::code).collect();
    assert_eq!(declared, known);
    let back: Vec<&str> =
        unit().steps.iter().filter(|step| step.to == Target::Back).map(|step| step.code).collect();
    assert_eq!(back, ["release_hold", "end_recall", "evaluated"]);
}

/// Mission M01: forward, backwards and sideways.
#[test]
fn a_unit_goes_back_where_it_came_from_and_nowhere_else() {
    let unit = unit();
    let quality = Principal::console_as("li", Role::Quality);
    let ask = |state: &str, before: Option<&str>, bank: &str, what: &str| {
        let facts = Facts {
            name: "G1234 24 000001",
            state,
            before,
            site: None,
            value_of: &|_| Some(bank),
            documents: &[DocumentClass::Consent, DocumentClass::Report, DocumentClass::Letter],
            signed: &[Meaning::Approved, Meaning::Released],
            done: &[],
        };
        let step = unit.meant(what, &facts).map_err(|refusal| refusal.code)?;
        let first = unit.obstacles(step, &facts, &quality, true).into_iter().next();
        match first {
            None => Ok(unit.target(step, facts.before).map(|state| state.code)),
            Some(refusal) => Err(refusal.code),
        }
    };
    assert_eq!(ask("held", Some("reserved"), "public", "release_hold"), Ok(Some("reserved")));
    assert_eq!(ask("held", Some("reserved"), "public", "available"), Err("move_not_allowed"));
    assert_eq!(ask("held", Some("family_held"), "family", "family_held"), Ok(Some("family_held")));
    assert_eq!(ask("reserved", None, "public", "cancel_public"), Ok(Some("available")));
    assert_eq!(ask("reserved", None, "family", "cancel_public"), Err("move_condition_not_met"));
    assert_eq!(ask("reserved", None, "family", "cancel_family"), Ok(Some("family_held")));
    assert_eq!(ask("returned", None, "public", "available"), Err("move_not_allowed"), "never banked again");
    assert_eq!(ask("infused", None, "public", "hold"), Err("move_not_allowed"));
}
