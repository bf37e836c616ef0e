//! The program's source, as far as these tests read it.

use std::path::Path;
use std::path::PathBuf;

/// A string literal, and what stands before it.
pub(crate) struct Literal {
    /// The file, below `src`.
    pub(crate) file: PathBuf,
    /// The source before it, blanks at its end left out.
    pub(crate) before: String,
    /// What it holds, escapes as they are written.
    pub(crate) value: String,
}

/// Every string literal of the command line's source, tests and comments left out.
pub(crate) fn literals() -> Vec<Literal> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let files = files(&root);
    let of_tests = of_tests(&files);
    for file in files.into_iter().filter(|file| !of_tests.contains(file)) {
        let text = std::fs::read_to_string(&file).unwrap();
        let below = file.strip_prefix(&root).unwrap();
        found.extend(literals_of(below, &without_tests_and_comments(&text)));
    }
    found
}

/// One file of the command line's source.
pub(crate) fn file(below: &str) -> String {
    std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("src")
            .join(below),
    )
    .unwrap()
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

/// The files whose modules are compiled for tests alone.
fn of_tests(files: &[PathBuf]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(file).unwrap();
        for declared in text.split("#[cfg(test)]\n").skip(1) {
            let line = declared.lines().next().unwrap_or_default();
            let module = line
                .split_once("mod ")
                .and_then(|(_, name)| name.strip_suffix(';'));
            found.extend(module.map(|name| file.with_file_name(format!("{name}.rs"))));
        }
    }
    assert!(found.iter().all(|file| files.contains(file)), "{found:?}");
    found
}

fn without_tests_and_comments(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let lines = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n").replace("'\"'", "' '")
}

fn literals_of(file: &Path, code: &str) -> Vec<Literal> {
    let mut found = Vec::new();
    let mut begin = None;
    let mut is_escaped = false;
    for (at, byte) in code.bytes().enumerate() {
        match (byte, begin) {
            _ if is_escaped => is_escaped = false,
            (b'\\', Some(_)) => is_escaped = true,
            (b'"', None) => begin = Some(at),
            (b'"', Some(start)) => {
                found.push(Literal {
                    file: file.to_owned(),
                    before: code[..start].trim_end().to_owned(),
                    value: code[start + 1..at].to_owned(),
                });
                begin = None;
            }
            _ => {}
        }
    }
    assert_eq!(begin, None, "{}: a literal is not closed", file.display());
    found
}
