namespace Optimi.Bench;

/// <summary>How states are stored: what <c>--states</c> takes, in lower case.</summary>
internal enum StatesMode
{
    /// <summary>As the parameters.</summary>
    Parameter,

    /// <summary>In float32.</summary>
    Float32,

    /// <summary>In groups with a scale each.</summary>
    Compressed,
}
