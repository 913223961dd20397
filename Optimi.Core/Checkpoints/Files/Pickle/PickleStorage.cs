namespace Optimi;

/// <summary>Numbers that lie in a file of their own in the archive.</summary>
/// <param name="Type">Their type.</param>
/// <param name="Key">The name of the file.</param>
/// <param name="Length">How many numbers there are.</param>
internal sealed record PickleStorage(string Type, string Key, long Length);
