namespace Optimi;

/// <summary>Which tiles a kernel steps, and how.</summary>
internal enum PieceKind
{
    /// <summary>Those that are aligned and padded, by the fast kernel.</summary>
    Fast,

    /// <summary>The last tiles of tensors that end within them, by the careful kernel.</summary>
    CarefulEnds,

    /// <summary>All tiles that need it, by the careful kernel.</summary>
    Careful,
}
