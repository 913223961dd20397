namespace Optimi;

/// <summary>What a <see cref="PickleGlobal"/> stands for.</summary>
internal enum PickleGlobalKind
{
    /// <summary>A dictionary.</summary>
    Dictionary,

    /// <summary>Makes a tensor from a storage, an offset, a shape and strides.</summary>
    Tensor,

    /// <summary>Makes a parameter from a tensor.</summary>
    Parameter,

    /// <summary>A shape.</summary>
    Size,

    /// <summary>Numbers of one type.</summary>
    Storage,
}
