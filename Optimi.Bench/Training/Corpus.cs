using System.Reflection;
using System.Security.Cryptography;

namespace Optimi.Bench;

/// <summary>The text to learn, as numbers of characters. The rarest characters share a number.</summary>
internal sealed class Corpus
{
    private const int MaxVocabulary = 128;

    private readonly byte[] _symbols;

    private Corpus(string text)
    {
        Dictionary<char, byte> numbers = text.CountBy(character => character)
            .OrderByDescending(count => count.Value).ThenBy(count => count.Key)
            .Take(MaxVocabulary - 1)
            .Select((count, i) => (count.Key, Number: (byte)(i + 1)))
            .ToDictionary(pair => pair.Key, pair => pair.Number);
        Vocabulary = numbers.Count + 1;
        _symbols = [.. text.Select(character => numbers.GetValueOrDefault(character))];
    }

    /// <summary>How many symbols there are.</summary>
    public int Vocabulary { get; }

    public int Length => _symbols.Length;

    /// <summary>Tells one text from another: the SHA-256 of its symbols, in hexadecimal digits.</summary>
    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(_symbols));

    /// <summary>Reads a file, or the C# and Markdown files of a folder and those below it.</summary>
    /// <exception cref="TrainingException">There is no such path, or too little text.</exception>
    public static Corpus Read(string path, int minLength)
    {
        string text;
        if (File.Exists(path))
            text = File.ReadAllText(path);
        else if (Directory.Exists(path))
            text = string.Join('\n', SourcesOf(path).Select(File.ReadAllText));
        else
            throw new TrainingException($"There is no file or folder '{path}'; give --text one that exists.");
        return text.Length >= minLength
            ? new Corpus(text)
            : throw new TrainingException($"'{path}' has {text.Length} characters of text; at least {minLength} are needed.");
    }

    /// <summary>The text that nobody needs to name: the repository around a folder, or the library's sources in the program itself.</summary>
    public static Corpus Default(string folder, int minLength) =>
        Repository.Around(folder) is string repository ? Read(repository, minLength) : new Corpus(string.Join('\n', OwnSources));

    /// <summary>Draws a batch: for each example some characters and the one that follows them.</summary>
    public void Draw(Random random, Span<int> contexts, Span<int> targets)
    {
        int context = contexts.Length / targets.Length;
        for (int example = 0; example < targets.Length; example++)
        {
            int at = random.Next(_symbols.Length - context);
            for (int i = 0; i < context; i++)
                contexts[(example * context) + i] = _symbols[at + i];
            targets[example] = _symbols[at + context];
        }
    }

    private static IEnumerable<string> OwnSources
    {
        get
        {
            Assembly program = typeof(Corpus).Assembly;
            foreach (string name in program.GetManifestResourceNames().Order(StringComparer.Ordinal))
            {
                using var reader = new StreamReader(program.GetManifestResourceStream(name)!);
                yield return reader.ReadToEnd();
            }
        }
    }

    private static IEnumerable<string> SourcesOf(string folder) => Directory
        .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Where(file => file.EndsWith(".cs", StringComparison.Ordinal) || file.EndsWith(".md", StringComparison.Ordinal))
        .Where(file => !Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar)
            .Any(part => part is "bin" or "obj" or "artifacts" || part.StartsWith('.')))
        .Order(StringComparer.Ordinal);
}
