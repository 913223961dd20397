namespace Optimi;

/// <summary>A parameter as an optimizer sees it: its group, its place in a launch and its step counter.</summary>
internal sealed class LaunchTensor(Parameter parameter, ParameterGroup group)
{
    public Parameter Parameter { get; } = parameter;

    public ParameterGroup Group { get; } = group;

    /// <summary>The steps that it has taken part in, but for those that its launch has not counted yet.</summary>
    public long Steps { get; set; }

    /// <summary>Its number in the launch.</summary>
    public int Index { get; set; }

    /// <summary>Its first tile in the launch.</summary>
    public int FirstTile { get; set; }

    public int TileCount => Parameter.TileCount;

    public LaunchRange Range => new(FirstTile, TileCount, Index, 1);

    public bool TakesPart => Parameter.HasGradient && !Parameter.Frozen;
}
