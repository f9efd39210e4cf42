//! What was attempted: the field's actions, and an application's own.

/// What was attempted. The ten the field agrees on, and the application's own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Signing in.
    Login,
    /// Opening an account.
    Register,
    /// Moving money.
    Transaction,
    /// Paying for goods.
    Checkout,
    /// Recovering access.
    PasswordReset,
    /// Signing out.
    Logout,
    /// Changing a name, an address, a contact.
    AccountDetailsChange,
    /// Changing a password or a factor.
    AccountAuthChange,
    /// Taking money out.
    Withdraw,
    /// Changing credits, points or vouchers.
    CreditsChange,
    /// The application's own word, of letters, digits, `_` and `-`, at most 64.
    Custom(Box<str>),
}

impl Action {
    /// The ten known actions, in the order of the documentation.
    pub const KNOWN: [Self; 10] = [
        Self::Login,
        Self::Register,
        Self::Transaction,
        Self::Checkout,
        Self::PasswordReset,
        Self::Logout,
        Self::AccountDetailsChange,
        Self::AccountAuthChange,
        Self::Withdraw,
        Self::CreditsChange,
    ];

    /// As spelled in the API; a custom action as its application spells it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Login => "login",
            Self::Register => "register",
            Self::Transaction => "transaction",
            Self::Checkout => "checkout",
            Self::PasswordReset => "password_reset",
            Self::Logout => "logout",
            Self::AccountDetailsChange => "account_details_change",
            Self::AccountAuthChange => "account_auth_change",
            Self::Withdraw => "withdraw",
            Self::CreditsChange => "credits_change",
            Self::Custom(name) => name,
        }
    }

    /// The action of that spelling; None if it cannot be an action at all.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(known) = Self::KNOWN.iter().find(|known| known.as_str() == text) {
            return Some(known.clone());
        }
        let word = |c: u8| c.is_ascii_alphanumeric() || c == b'_' || c == b'-';
        ((1..=64).contains(&text.len()) && text.bytes().all(word)).then(|| Self::Custom(text.into()))
    }

    /// Whether it moves money, or what is as good as money.
    #[must_use]
    pub const fn moves_money(&self) -> bool {
        match self {
            Self::Transaction | Self::Checkout | Self::Withdraw | Self::CreditsChange => true,
            Self::Login
            | Self::Register
            | Self::PasswordReset
            | Self::Logout
            | Self::AccountDetailsChange
            | Self::AccountAuthChange
            | Self::Custom(_) => false,
        }
    }
}
