namespace Optimi;

/// <summary>A parameter as an optimizer sees it: its group, its states, its place in a launch and its step counter.</summary>
internal sealed class LaunchTensor(Parameter parameter, ParameterGroup group)
{
    public Parameter Parameter { get; } = parameter;

    public ParameterGroup Group { get; } = group;

    /// <summary>The steps that it has taken part in, but for those that its launch has not counted yet.</summary>
    public long Steps { get; set; }

    /// <summary>Where its states are, once it has them.</summary>
    public StateMemory? States { get; set; }

    /// <summary>Its first tile there.</summary>
    public int StateTile { get; set; }

    /// <summary>Its number in the launch.</summary>
    public int Index { get; set; }

    public int TileCount => Parameter.TileCount;

    public bool TakesPart => Parameter.HasGradient && !Parameter.Frozen;

    public SlotLayout Layout => Group.Options.LayoutOf(Parameter.DType, Parameter.GradientDType);
}
