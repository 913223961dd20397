namespace Optimi.Tests;

/// <summary>A way in which gradients come to a step.</summary>
internal enum StepWay
{
    /// <summary>All parameters are stepped together from gradients in the buffer's memory.</summary>
    Together,

    /// <summary>Each is stepped alone from its gradient there.</summary>
    Alone,

    /// <summary>Each is stepped alone from a gradient that is passed.</summary>
    Passing,

    /// <summary>Some are stepped together from gradients that are passed.</summary>
    Layers,

    /// <summary>Each is stepped once its gradient is ready.</summary>
    Released,

    /// <summary>All are stepped together where they lie, in memory of somebody else.</summary>
    Adopted,
}
