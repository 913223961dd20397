namespace Optimi.Bench;

/// <summary>The pages that memory of the host lies on.</summary>
internal enum PageKind
{
    /// <summary>Of the usual size, whatever the system would choose.</summary>
    Ordinary,

    /// <summary>Of 2 MiB, where the system has them: as the library's own slabs.</summary>
    Huge,
}
