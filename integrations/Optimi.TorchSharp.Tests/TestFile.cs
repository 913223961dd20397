namespace FusedTests;

/// <summary>A file that is gone afterwards.</summary>
internal sealed class TestFile : IDisposable
{
    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"fused-{Guid.NewGuid():N}");

    public void Dispose() => File.Delete(Path);
}
