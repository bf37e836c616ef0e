//! Secrets that the .NET tool keeps, and this program does not yet.

use model::ProfileName;
use vault::SecretKind;
use vault::dotnet::DotnetPlaces;
use vault::dotnet::SecretFiles;

use super::Variables;

/// Whether the .NET tool keeps a file with a secret of that profile, as far as that can be seen: it
/// decides about a hint, so what cannot be looked at counts as absent.
pub(crate) fn is_left_behind(variables: &Variables, profile: &ProfileName) -> bool {
    let Some(places) = DotnetPlaces::of(&variables.of_locations()) else {
        return false;
    };
    let files = SecretFiles::open(&places.secrets, variables.allows_foreign_home());
    let Ok(Some(files)) = files else {
        return false;
    };
    SecretKind::ALL
        .into_iter()
        .any(|kind| matches!(files.contains(profile, kind), Ok(true)))
}
