//! The full from × to table of units: every pair of states, whether a move leads from one to the other or not.

use qidai_bank::workflow::{Concept, Mover, Step, Target};
use qidai_bank::{Permission, Role, unit_guards};

use crate::commands::stream;
use crate::error::Failure;

/// Prints `from, to, moves, roles, when, needs, guards, refused`, separated by tabs, one line for each pair. Where a move leads
/// back to where a unit was before, `to` is `back`. `guards` are the codes of rules that look at other records too; `refused`
/// is the code with which a pair that nobody may make is refused.
pub(super) fn print(unit: &Concept) -> Result<(), Failure> {
    stream::say("from\tto\tmoves\troles\twhen\tneeds\tguards\trefused")?;
    for from in &unit.states {
        for to in &unit.states {
            let steps: Vec<&Step> =
                unit.steps_from(from.code).filter(|step| step.to == Target::State(to.code)).collect();
            stream::say(&line(from.code, to.code, &steps))?;
        }
        let back: Vec<&Step> = unit.steps_from(from.code).filter(|step| step.to == Target::Back).collect();
        if !back.is_empty() {
            stream::say(&line(from.code, "back", &back))?;
        }
    }
    Ok(())
}

fn line(from: &str, to: &str, steps: &[&Step]) -> String {
    let joined = |texts: Vec<String>| if texts.is_empty() { "-".to_owned() } else { texts.join("; ") };
    let moves = steps.iter().map(|step| step.code.to_owned()).collect();
    let roles = steps.iter().map(|step| roles_of(step)).collect();
    let when = steps.iter().filter_map(|step| {
        let when = step.when.as_ref()?;
        Some(format!("{} = {}", when.field, when.values.join(", ")))
    });
    let needs = steps.iter().map(|step| needs_of(step)).filter(|needs| !needs.is_empty());
    let guards =
        steps.iter().map(|step| unit_guards(step.code).join(", ")).filter(|guards| !guards.is_empty());
    let refused = match steps {
        [] => "move_not_allowed",
        steps if steps.iter().all(|step| step.mover == Mover::System) => "move_by_clock_only",
        _ => "-",
    };
    let cells = [
        joined(moves),
        joined(roles),
        joined(when.collect()),
        joined(needs.collect()),
        joined(guards.collect()),
        refused.to_owned(),
    ];
    format!("{from}\t{to}\t{}", cells.join("\t"))
}

fn roles_of(step: &Step) -> String {
    match &step.mover {
        Mover::System => "system".to_owned(),
        Mover::With(permissions) => {
            let may = |role: &Role| permissions.iter().any(|one: &Permission| role.may(*one));
            let roles: Vec<&str> = Role::all().filter(may).map(Role::code).collect();
            roles.join(",")
        }
    }
}

fn needs_of(step: &Step) -> String {
    let mut needs: Vec<String> = Vec::new();
    needs.extend(step.needs_reason.then(|| "reason".to_owned()));
    needs.extend(step.needs_fields.iter().map(|field| format!("field {field}")));
    needs.extend(step.needs_documents.iter().map(|class| format!("document {}", class.code())));
    needs.extend(step.needs_signature.map(|meaning| format!("signature {}", meaning.code())));
    needs.extend(step.not_by.iter().map(|step| format!("not by who did {step}")));
    needs.join(", ")
}
