namespace Optimi.Bench;

/// <summary>A file is not what a reference case must be.</summary>
/// <param name="path">The file.</param>
/// <param name="cause">What is wrong with it.</param>
internal sealed class CaseFileException(string path, string cause) : Exception($"{path}: {cause}");
