//! A check, and what it finds.

use std::sync::Arc;

use serde::Serialize;

use super::scene::Scene;
use crate::command_error::CommandError;

/// How it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Status {
    /// As it should be.
    Ok,
    /// It works, or may work, but somebody should know.
    Warning,
    /// Something that is asked for will not work.
    Failed,
    /// It could not be told.
    Skipped,
}

/// What a check finds. No part of it is secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) status: Status,
    /// What was seen: a sentence without a full stop.
    pub(super) detail: String,
    /// What to do, if there is anything to do: one thing in each line.
    pub(super) fix: Option<String>,
}

impl Verdict {
    fn new(status: Status, detail: impl Into<String>) -> Self {
        Self {
            status,
            detail: detail.into(),
            fix: None,
        }
    }

    pub(super) fn ok(detail: impl Into<String>) -> Self {
        Self::new(Status::Ok, detail)
    }

    pub(super) fn warning(detail: impl Into<String>) -> Self {
        Self::new(Status::Warning, detail)
    }

    pub(super) fn failed(detail: impl Into<String>) -> Self {
        Self::new(Status::Failed, detail)
    }

    pub(super) fn skipped(detail: impl Into<String>) -> Self {
        Self::new(Status::Skipped, detail)
    }

    /// The same with what to do.
    #[must_use]
    pub(super) fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }
}

/// A failure as every other command words it.
impl From<CommandError> for Verdict {
    fn from(error: CommandError) -> Self {
        let mut verdict = Self::failed(error.message);
        if !error.hints.is_empty() {
            verdict.fix = Some(error.hints.join("\n"));
        }
        verdict
    }
}

/// What looks, once.
type Examine = Box<dyn FnOnce() -> Verdict + Send>;

/// One thing to look at.
pub(super) struct Check {
    /// Its stable name.
    pub(super) id: &'static str,
    /// What it is about, where there are several: a profile, an authority.
    pub(super) subject: Option<String>,
    /// Its name for people.
    pub(super) title: &'static str,
    pub(super) examine: Examine,
}

impl Check {
    /// A check of the machine.
    pub(super) fn of_the_machine(
        id: &'static str,
        title: &'static str,
        examine: impl FnOnce() -> Verdict + Send + 'static,
    ) -> Self {
        Self {
            id,
            subject: None,
            title,
            examine: Box::new(examine),
        }
    }

    /// A check of what is kept; skipped where there is no place to keep anything.
    pub(super) fn of_the_store(
        scene: Option<&Arc<Scene>>,
        id: &'static str,
        title: &'static str,
        examine: impl FnOnce(&Scene) -> Verdict + Send + 'static,
    ) -> Self {
        match scene.map(Arc::clone) {
            Some(scene) => Self::of_the_machine(id, title, move || examine(&scene)),
            None => Self::of_the_machine(id, title, || {
                Verdict::skipped("there is no place for files (see Values of variables)")
            }),
        }
    }

    /// A check of one thing among several.
    pub(super) fn of(
        subject: &str,
        id: &'static str,
        title: &'static str,
        examine: impl FnOnce() -> Verdict + Send + 'static,
    ) -> Self {
        Self {
            subject: Some(subject.to_owned()),
            ..Self::of_the_machine(id, title, examine)
        }
    }
}

/// A check that was made; `docs/schema/doctor.schema.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    pub(super) id: &'static str,
    pub(super) subject: Option<String>,
    pub(super) title: &'static str,
    pub(super) status: Status,
    pub(super) detail: String,
    pub(super) fix: Option<String>,
}
