using System.Globalization;
using System.IO.Enumeration;

namespace Optimi;

/// <summary>
/// How models name their tensors. Patterns are for one part of a name, between dots, so that <c>ln_1</c> is found in
/// <c>h.0.ln_1.weight</c>, but not inside of another word; upper and lower case are alike.
/// </summary>
internal static class NamePatterns
{
    private static readonly string[] _biases = ["bias", "bias_*", "*_bias"];

    private static readonly string[] _norms =
        ["*norm*", "ln", "ln?", "ln_*", "bn", "bn?", "bn_*", "gn", "gn?", "gn_*"];

    private static readonly string[] _embeddings = ["*embed*", "emb", "emb_*", "*_emb", "wte", "wpe"];

    /// <summary>Output layers whose names sound like embeddings.</summary>
    private static readonly string[] _unembeddings = ["embed_out", "*unembed*"];

    private static readonly string[] _rotary = ["*rotary*", "rope", "rope_*", "*_rope", "*inv_freq*", "freqs", "freqs_*"];

    /// <summary>Tokens that a model learns and puts before its input.</summary>
    private static readonly string[] _tokens = ["cls_token", "class_token", "dist_token", "mask_token", "reg_token", "register_tokens"];

    private static readonly string[] _heads = ["head", "heads", "head_*", "*_head", "classifier", "pooler"];

    public static bool IsBias(string name) => IsAny(name.AsSpan(name.LastIndexOf('.') + 1), _biases);

    public static bool IsNorm(string name) => HasPart(name, part => IsAny(part, _norms));

    public static bool IsEmbedding(string name) => HasPart(name, IsEmbeddingPart);

    public static bool IsRotary(string name) => HasPart(name, part => IsAny(part, _rotary));

    /// <summary>The layer of a name: -1 below the first, null above the last. The first part that tells decides, since embeddings and
    /// heads may be numbered inside, and layers may have embeddings of their own.</summary>
    public static int? LayerOf(string name)
    {
        foreach (Range range in name.AsSpan().Split('.'))
        {
            ReadOnlySpan<char> part = name.AsSpan()[range];
            if (int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int layer))
                return layer;
            if (IsEmbeddingPart(part) || IsAny(part, _tokens))
                return -1;
            if (IsAny(part, _heads))
                return null;
        }

        return null;
    }

    private static bool IsEmbeddingPart(ReadOnlySpan<char> part) => IsAny(part, _embeddings) && !IsAny(part, _unembeddings);

    private static bool HasPart(string name, Func<ReadOnlySpan<char>, bool> isMeant)
    {
        foreach (Range range in name.AsSpan().Split('.'))
        {
            if (isMeant(name.AsSpan()[range]))
                return true;
        }

        return false;
    }

    private static bool IsAny(ReadOnlySpan<char> part, string[] patterns)
    {
        foreach (string pattern in patterns)
        {
            if (FileSystemName.MatchesSimpleExpression(pattern, part))
                return true;
        }

        return false;
    }
}
