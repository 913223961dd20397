namespace Optimi;

/// <summary>How an option's value is written.</summary>
internal enum OptionKind
{
    /// <summary>One number.</summary>
    Number,

    /// <summary>Several numbers.</summary>
    Array,

    /// <summary>True or false.</summary>
    Flag,
}
