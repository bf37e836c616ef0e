//! Files that appear at once, whole, or not at all.

use std::ffi::OsStr;
use std::io;
use std::io::Write;
use std::path::Path;

use cap_std::fs::Dir;
use cap_std::fs::File;
use cap_std::fs::OpenOptions;

use crate::bytes::hex;
use crate::files::nameless;
use crate::files::platform;

/// What to do about a file that already has the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Publish {
    /// Replace it.
    Replace,
    /// Leave it and report [`io::ErrorKind::AlreadyExists`].
    IfAbsent,
}

/// What must be true once a write has returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// The contents survive a power cut.
    Lasting,
    /// After a power cut there may be the old contents, the new, or none.
    Passing,
}

/// Names of files that are not finished; what a killed process leaves behind has one.
const UNFINISHED: &str = ".unfinished-";

/// Whether a file of that name was left behind by a process that was killed while writing.
pub(crate) fn is_unfinished(name: &str) -> bool {
    name.starts_with(UNFINISHED)
}

/// How often a file is written before its loss is an error.
const ATTEMPTS: u32 = 3;

/// Writes a private file whole: after a crash at any instant the name stands for the old contents
/// or the new.
pub(crate) fn write_whole(
    directory: &Dir,
    name: &OsStr,
    contents: &[u8],
    publish: Publish,
    durability: Durability,
) -> io::Result<()> {
    write_again_if_lost(
        || Unfinished::create(directory),
        |unfinished| unfinished.finish(name, contents, publish, durability),
    )
}

/// Who sweeps takes an unfinished file for a killed writer's if the clock was put forward since it
/// was made: then it is made once more, under the new time.
fn write_again_if_lost<'d>(
    mut create: impl FnMut() -> io::Result<Unfinished<'d>>,
    finish: impl Fn(Unfinished<'d>) -> io::Result<()>,
) -> io::Result<()> {
    for _ in 1..ATTEMPTS {
        match finish(create()?) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            ended => return ended,
        }
    }
    finish(create()?)
}

struct Unfinished<'d> {
    directory: &'d Dir,
    file: File,
    /// Absent while the file has no name at all.
    name: Option<String>,
}

impl<'d> Unfinished<'d> {
    fn create(directory: &'d Dir) -> io::Result<Self> {
        if let Some(file) = nameless::create(directory)? {
            return Ok(Self {
                directory,
                file,
                name: None,
            });
        }
        Self::named(directory)
    }

    /// Where there are no files without a name.
    fn named(directory: &'d Dir) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        platform::make_private(&mut options);
        let name = random_name()?;
        Ok(Self {
            file: directory.open_with(&name, &options)?,
            directory,
            name: Some(name),
        })
    }

    fn finish(
        mut self,
        name: &OsStr,
        contents: &[u8],
        publish: Publish,
        durability: Durability,
    ) -> io::Result<()> {
        let directory = self.directory;
        self.file.write_all(contents)?;
        if durability == Durability::Passing {
            return self.publish(name, publish);
        }
        self.file.sync_all()?;
        self.publish(name, publish)?;
        platform::sync_directory(directory)
    }

    fn publish(mut self, name: &OsStr, publish: Publish) -> io::Result<()> {
        match (&self.name, publish) {
            (None, Publish::IfAbsent) => nameless::link(&self.file, self.directory, name),
            (None, Publish::Replace) => {
                let own = random_name()?;
                nameless::link(&self.file, self.directory, own.as_ref())?;
                self.name = Some(own);
                self.rename(name)
            }
            (Some(_), Publish::Replace) => self.rename(name),
            (Some(own), Publish::IfAbsent) => {
                self.directory
                    .hard_link(own, self.directory, Path::new(name))
            }
        }
    }

    fn rename(&mut self, name: &OsStr) -> io::Result<()> {
        if let Some(own) = &self.name {
            self.directory
                .rename(own, self.directory, Path::new(name))?;
            self.name = None;
        }
        Ok(())
    }
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if let Some(name) = &self.name {
            // Nothing more can be done: the name tells the next writer that it is safe to remove.
            let _ = self.directory.remove_file(Path::new(name));
        }
    }
}

fn random_name() -> io::Result<String> {
    let mut random = [0; 8];
    aws_lc_rs::rand::fill(&mut random).map_err(|_| io::Error::other("no random bytes"))?;
    Ok(format!("{UNFINISHED}{}", hex(&random)))
}

#[cfg(test)]
mod tests {
    use cap_std::ambient_authority;

    use super::*;

    fn finish(unfinished: Unfinished<'_>, contents: &[u8], publish: Publish) -> io::Result<()> {
        unfinished.finish("file".as_ref(), contents, publish, Durability::Lasting)
    }

    fn check(create: for<'d> fn(&'d Dir) -> io::Result<Unfinished<'d>>) {
        let place = tempfile::tempdir().unwrap();
        let directory = Dir::open_ambient_dir(place.path(), ambient_authority()).unwrap();
        let new = || create(&directory).unwrap();
        finish(new(), b"one", Publish::IfAbsent).unwrap();
        let refused = finish(new(), b"two", Publish::IfAbsent).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(directory.read("file").unwrap(), b"one");
        finish(new(), b"three", Publish::Replace).unwrap();
        assert_eq!(directory.read("file").unwrap(), b"three");
        drop(new());
        assert_eq!(directory.entries().unwrap().count(), 1);
    }

    #[test]
    fn what_is_swept_away_while_it_is_written_is_written_again() {
        let place = tempfile::tempdir().unwrap();
        let directory = Dir::open_ambient_dir(place.path(), ambient_authority()).unwrap();
        for publish in [Publish::IfAbsent, Publish::Replace] {
            let swept = |times: u32| {
                let mut made = 0;
                let create = || {
                    let unfinished = Unfinished::named(&directory)?;
                    made += 1;
                    if made <= times {
                        directory.remove_file(unfinished.name.as_deref().unwrap())?;
                    }
                    Ok(unfinished)
                };
                write_again_if_lost(create, |unfinished| finish(unfinished, b"whole", publish))
            };
            swept(ATTEMPTS - 1).unwrap();
            assert_eq!(directory.read("file").unwrap(), b"whole");
            directory.remove_file("file").unwrap();
            let lost = swept(ATTEMPTS).unwrap_err();
            assert_eq!(lost.kind(), io::ErrorKind::NotFound);
            assert_eq!(directory.entries().unwrap().count(), 0);
        }
    }

    #[test]
    fn files_with_and_without_a_name_end_alike() {
        check(|directory| Unfinished::create(directory));
        check(|directory| Unfinished::named(directory));
    }
}
