namespace Optimi.Kernels;

/// <summary>A <see cref="StateFormat"/> as a type.</summary>
internal interface IGroupFormat
{
    /// <summary>The format.</summary>
    static abstract StateFormat Format { get; }

    /// <summary>Bytes of a unit of two numbers.</summary>
    static abstract int BytesPerUnit { get; }
}
