//! What the contexts promise each other: for each a trait of verbs, their requests and answers, and its events.
//! No behaviour lives here. A caller holds `Arc<dyn …>` and cannot tell whether the context runs in its process.

pub mod audit;
pub mod auth;
pub mod directory;
pub mod notifications;
pub mod people;
pub mod permission;
pub mod scheduling;
pub mod system;

pub use permission::Permission;

/// Declares an event: its kind on the wire, its class, the context that says it, and the subject it is about. Kinds
/// declared so are numbered each for itself.
#[macro_export]
macro_rules! event {
    ($(#[$meta:meta])* $name:ident, $kind:literal, $class:ident, $source:literal, $subject:ident $fields:tt) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        pub struct $name $fields

        impl platform::bus::Event for $name {
            const KIND: &'static str = $kind;
            const CLASS: platform::bus::Class = platform::bus::Class::$class;
            const SOURCE: &'static str = $source;
            fn subject(&self) -> String {
                format!(concat!($kind, ":{}"), self.$subject)
            }
        }
    };
}

/// Declares the filters of a list: query parameters, all of them optional, and the page asked for.
macro_rules! filters {
    ($(#[$meta:meta])* pub struct $name:ident { $($fields:tt)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize, utoipa::IntoParams)]
        #[into_params(parameter_in = Query)]
        #[serde(default)]
        pub struct $name {
            $($fields)*
            /// Page.
            #[serde(flatten)]
            #[param(inline)]
            pub page: platform::db::PageAsk,
        }
    };
}
pub(crate) use filters;
