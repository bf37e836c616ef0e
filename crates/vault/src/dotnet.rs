//! Exports of the .NET tool of the same name. docs/design/coming-from-dotnet.md says what of them is
//! believed.

mod export;

use std::fmt;

use model::Destination;
use zeroize::Zeroizing;

use crate::bundle::BundledSecret;
use crate::secrets::SecretKind;

pub use export::DotnetContents;
pub use export::DotnetExport;

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
