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

    /// <summary>Where its average is, while there is one.</summary>
    public AverageMemory? Averages { get; set; }

    /// <summary>Its first tile there.</summary>
    public int AverageTile { get; set; }

    /// <summary>Whether its average holds anything: it begins as the values before the first step that updates them.</summary>
    public bool IsAverageBegun { get; set; }

    /// <summary>Its number in the launch.</summary>
    public int Index { get; set; }

    public int TileCount => Parameter.TileCount;

    public bool TakesPart => Parameter.HasGradient && !Parameter.Frozen;

    /// <summary>The kernel variant, but for whether there is an average.</summary>
    public SlotLayout Layout => Group.Options.LayoutOf(Parameter.DType, Parameter.GradientDType);

    /// <summary>Where a slot lies that the optimizer owns.</summary>
    public MemoryPlace PlaceOf(int slot) =>
        slot == Slot.Average ? Averages!.PlaceOf(this) : States!.PlaceOf(this, slot);

    /// <summary>Forgets the average, whose memory is freed.</summary>
    public void ForgetAverage() => (Averages, AverageTile, IsAverageBegun) = (null, 0, false);
}
