//! Migrating on a terminal, and where there is none.

use super::migrate;
use super::old_files;
use super::old_home;
use super::stored;
use super::text;
use crate::support::Terminal;

#[test]
fn it_asks_before_it_writes_and_again_before_it_deletes() {
    for (first, second, code) in [("n", None, 130), ("y", Some("n"), 0), ("y", Some("y"), 0)] {
        let home = old_home();
        let before = home.contents();
        let mut terminal = Terminal::start(migrate(&home, &[]));
        terminal.wait_for("its client secret is taken over");
        terminal.wait_for("Take this over?");
        terminal.type_line(first);
        if let Some(second) = second {
            terminal.wait_for("Delete 2 old secret files");
            terminal.type_line(second);
        }
        let (shown, ended) = terminal.end();
        assert_eq!(ended, code, "{shown}");
        assert!(!shown.contains(&text("app.secret")), "{shown}");
        if second.is_none() {
            assert_eq!(home.contents(), before);
            continue;
        }
        assert!(stored(&home, "sp", "clientSecret").is_some());
        let left = if second == Some("y") { 0 } else { 2 };
        assert_eq!(old_files(&home).len(), left, "{shown}");
    }
}

#[test]
fn the_flags_that_answer_leave_no_question() {
    let home = old_home();
    let call = migrate(&home, &["--yes", "--keep-old"]);
    let (shown, code) = Terminal::start(call).end();
    assert_eq!(code, 0, "{shown}");
    assert!(!shown.contains("Delete"), "{shown}");
    assert_eq!(old_files(&home).len(), 2);
    let call = migrate(&home, &["--delete-old"]);
    let (shown, code) = Terminal::start(call).end();
    assert_eq!(code, 0, "{shown}");
    assert_eq!(old_files(&home).len(), 0);
}

#[test]
fn where_nobody_can_be_asked_it_shows_all_and_names_the_flag() {
    let home = old_home();
    let before = home.contents();
    let said = migrate(&home, &["--delete-old"]).run().failure(7);
    assert!(
        said.contains("its client secret is taken over") && said.contains("--yes"),
        "{said}"
    );
    assert_eq!(home.contents(), before);
    let flags = ["--delete-old", "--keep-old"];
    migrate(&home, &flags).run().failure(4);
}
