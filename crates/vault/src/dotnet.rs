//! What the .NET tool of the same name left behind: its exports, and the files that it keeps
//! secrets in on Linux. docs/design/coming-from-dotnet.md says what of it is believed.

mod export;
mod places;
mod secret_files;

use std::fmt;
use std::path::Path;

use model::Destination;
use zeroize::Zeroizing;

use crate::bundle::BundledSecret;
use crate::profiles;
use crate::profiles::Listed;
use crate::profiles::ProfilesError;
use crate::secrets::SecretKind;

pub use export::DotnetContents;
pub use export::DotnetExport;
pub use places::DotnetPlaces;
pub use places::keeps_secrets_in_files;
pub use secret_files::SecretFileProblem;
pub use secret_files::SecretFiles;

/// A secret of the .NET tool's, which is bound to no destination yet.
#[derive(Clone, PartialEq, Eq)]
pub struct DotnetSecret {
    /// Which of the profile's secrets.
    pub kind: SecretKind,
    /// The secret.
    pub value: Zeroizing<String>,
}

impl fmt::Debug for DotnetSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("DotnetSecret")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

impl DotnetSecret {
    /// The same, to be sent to that destination only.
    pub fn bound_to(self, destination: &Destination) -> BundledSecret {
        BundledSecret {
            kind: self.kind,
            destination: destination.clone(),
            value: self.value,
        }
    }
}

/// The entries of the .NET tool's `profiles.json`, in its order, usable or not; `None` if there is no
/// such file.
///
/// # Errors
/// [`ProfilesError`] if it cannot be read, or has not the shape of that file.
pub fn profiles_at(path: &Path) -> Result<Option<Vec<Listed>>, ProfilesError> {
    profiles::list_at(path)
}
