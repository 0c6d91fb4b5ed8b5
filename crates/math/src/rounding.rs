/// Where a lost fraction goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rounding {
    /// Towards zero: the fraction is dropped.
    Down,
    /// Away from zero: any fraction adds one.
    Up,
    /// To the nearest; an exact half goes up.
    HalfUp,
}
