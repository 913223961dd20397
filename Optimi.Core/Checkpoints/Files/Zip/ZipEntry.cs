namespace Optimi;

/// <summary>A file of a zip archive, as the archive's directory describes it. Nothing is checked yet.</summary>
/// <param name="Name">The path inside the archive.</param>
/// <param name="Flags">Bits that say, among others, whether it is encrypted.</param>
/// <param name="Method">How it is compressed; 0 if it is not.</param>
/// <param name="Stored">How many bytes it takes in the archive.</param>
/// <param name="Size">How many bytes it has.</param>
/// <param name="Header">Where in the archive its local header begins.</param>
internal readonly record struct ZipEntry(string Name, ushort Flags, ushort Method, ulong Stored, ulong Size, ulong Header);
