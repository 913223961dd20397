namespace Optimi.Bench;

/// <summary>The sources that the program was made from, if it runs among them.</summary>
internal static class Repository
{
    /// <summary>The root of the repository around a folder; null outside of it.</summary>
    public static string? Around(string folder)
    {
        for (DirectoryInfo? at = new(folder); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Optimi.sln")))
                return at.FullName;
        }

        return null;
    }
}
