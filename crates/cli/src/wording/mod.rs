//! Every failure in words: what happened, what to do, which kind it is. The rooms below carry
//! facts; they are worded here and nowhere else.

mod acquisition;
mod broken_sign_in;
mod clipboard;
mod credential_end;
mod deletion;
#[cfg(test)]
pub(crate) mod examples;
mod graph;
mod invocation;
mod kept;
mod not_signed_in;
mod profiles;
mod sign_in;
mod signed_out;
mod signing_keys;
mod storage;
mod store;
mod transfer;
mod transport;
mod validity;

pub(crate) use self::acquisition::authority;
pub(crate) use self::acquisition::certificate;
pub(crate) use self::acquisition::engine;
pub(crate) use self::acquisition::not_approved;
pub(crate) use self::acquisition::reference;
pub(crate) use self::acquisition::shortfall;
pub(crate) use self::clipboard::copied;
pub(crate) use self::credential_end::credential_ends;
pub(crate) use self::deletion::Deletion;
pub(crate) use self::deletion::delete_profiles;
pub(crate) use self::graph::applications;
pub(crate) use self::graph::no_graph;
pub(crate) use self::invocation::Instead;
pub(crate) use self::invocation::command;
pub(crate) use self::kept::cached_token_closed;
pub(crate) use self::kept::closed_tokens;
pub(crate) use self::kept::forget_sign_ins;
pub(crate) use self::kept::nothing_to_show;
pub(crate) use self::kept::other_refresh_tokens;
pub(crate) use self::kept::remains_forgotten;
pub(crate) use self::kept::sign_ins_unreadable;
pub(crate) use self::kept::time_left;
pub(crate) use self::kept::tokens_forgotten;
pub(crate) use self::profiles::first_call;
pub(crate) use self::profiles::first_flow;
pub(crate) use self::profiles::name_taken;
pub(crate) use self::profiles::no_guid;
pub(crate) use self::profiles::no_profile_meant;
pub(crate) use self::profiles::profiles;
pub(crate) use self::profiles::trial_failed;
pub(crate) use self::profiles::unfit_scope;
pub(crate) use self::profiles::works;
pub(crate) use self::sign_in::nothing_came_back;
pub(crate) use self::sign_in::paste_it;
pub(crate) use self::sign_in::sign_in_notice;
pub(crate) use self::signed_out::forget_everybody;
pub(crate) use self::signed_out::no_such_account;
pub(crate) use self::signed_out::nobody;
pub(crate) use self::signed_out::nobody_anywhere;
pub(crate) use self::signed_out::not_rebound;
pub(crate) use self::signed_out::refresh_tokens_left;
pub(crate) use self::signed_out::sign_in_again;
pub(crate) use self::signed_out::signed_out;
pub(crate) use self::signed_out::waiting_for_a_sign_in;
pub(crate) use self::signed_out::which_account;
pub(crate) use self::signed_out::will_be_forgotten;
pub(crate) use self::signing_keys::signing_keys;
pub(crate) use self::storage::environment_holds_another_passphrase;
pub(crate) use self::storage::held_open;
pub(crate) use self::storage::no_store_yet;
pub(crate) use self::storage::not_held_open;
pub(crate) use self::storage::protection_changed;
pub(crate) use self::storage::waiting_for_a_change;
pub(crate) use self::storage::waiting_for_a_writer;
pub(crate) use self::store::location;
pub(crate) use self::store::notice;
pub(crate) use self::store::vault;
pub(crate) use self::transfer::bundle;
pub(crate) use self::transfer::left_behind;
pub(crate) use self::transfer::names_taken;
pub(crate) use self::transfer::secrets_stored;
pub(crate) use self::transport::transport;
pub(crate) use self::validity::validity;

/// What is said where the person stopped a command.
pub(crate) const CANCELLED: &str = "Cancelled.";

#[cfg(test)]
pub(crate) use self::invocation::tests::request as sample_request;
