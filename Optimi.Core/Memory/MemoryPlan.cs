using System.Globalization;

namespace Optimi;

/// <summary>
/// What a training's parameters take of a device's memory, before anything is allocated: to the byte what buffers and optimizers report
/// afterwards. Each tensor is rounded up to whole tiles of 256 numbers.
/// </summary>
/// <remarks>
/// It counts the parameters that it is given, as they are then: frozen ones have no states, and a gradient's memory only where they share
/// a slab with one that is trained. Memory that somebody else owns counts nothing: an adopted parameter has only its states. The tables of
/// launches, a few bytes for each tile, are not counted.
/// </remarks>
public sealed record MemoryPlan
{
    private const double Mebibyte = 1 << 20;

    private MemoryPlan()
    {
    }

    /// <summary>How many numbers the parameters have.</summary>
    public long Length { get; private init; }

    /// <summary>Bytes of values: <see cref="ParameterBuffer.ValueBytes"/>.</summary>
    public long ValueBytes { get; private init; }

    /// <summary>Bytes of gradients that are kept: <see cref="ParameterBuffer.GradientBytes"/> once every parameter that is trained has one.
    /// 0 in buffers without gradients.</summary>
    public long GradientBytes { get; private init; }

    /// <summary>Bytes of states, with the headers of those that are stored in groups, but without the Kahan compensation or the lower
    /// bits of weights, which <see cref="Optimizer.StateBytes"/> includes.</summary>
    public long StateBytes { get; private init; }

    /// <summary>Bytes of the Kahan compensation, or of the lower bits of weights.</summary>
    public long CompensationBytes { get; private init; }

    /// <summary>Bytes of the averages of the parameters, which <see cref="Optimizer.StateBytes"/> includes: 0 but in a plan
    /// <see cref="WithAverages"/>.</summary>
    public long AverageBytes { get; private init; }

    /// <summary>Bytes of gradients that are rented in buffers without gradients (<see cref="Parameter.RentGradient"/>): those of the
    /// largest layer in each. Nothing is rented for gradients that come with a step. While layers are stepped for the first time, a smaller
    /// one before a larger one, the pool may have more.</summary>
    public long ScratchBytes { get; private init; }

    /// <summary>Bytes of all.</summary>
    public long TotalBytes => ValueBytes + GradientBytes + StateBytes + CompensationBytes + AverageBytes + ScratchBytes;

    /// <summary>Bytes for each number of the parameters; 0 if they have none.</summary>
    public double BytesPerParameter => Length == 0 ? 0 : (double)TotalBytes / Length;

    /// <summary>Tiles of the parameters that are trained.</summary>
    private long TrainedTiles { get; init; }

    /// <summary>The plan for an optimizer with one group.</summary>
    /// <param name="parameters">The parameters: a whole <see cref="ParameterBuffer"/> or some of it; at least one.</param>
    /// <param name="options">Their options.</param>
    /// <param name="layers">Which gradients are rented at once: the parameters of each layer. Default, also of parameters that no layer
    /// has: each by itself.</param>
    /// <exception cref="ArgumentNullException">The parameters or the options are null, or a layer is.</exception>
    /// <exception cref="ParameterException">There is no parameter, one is named twice, or a layer has another one.</exception>
    /// <exception cref="OptionException">An option has a value that it cannot have.</exception>
    public static MemoryPlan For(
        IEnumerable<Parameter> parameters, OptimizerOptions options, IEnumerable<IEnumerable<Parameter>>? layers = null) =>
        For([new ParameterGroup(parameters, options)], layers);

    /// <summary>The plan for an optimizer with groups, such as <see cref="Optimizer.Groups"/>.</summary>
    /// <param name="groups">The groups: at least one; no parameter in two of them.</param>
    /// <exception cref="ArgumentNullException">The groups are null, or one is.</exception>
    /// <exception cref="ParameterException">There is no group, or a parameter is in two.</exception>
    public static MemoryPlan For(params IReadOnlyList<ParameterGroup> groups) => For(groups, layers: null);

    /// <inheritdoc cref="For(IReadOnlyList{ParameterGroup})"/>
    /// <param name="groups">The groups: at least one; no parameter in two of them.</param>
    /// <param name="layers">Which gradients are rented at once: the parameters of each layer. Default, also of parameters that no layer
    /// has: each by itself.</param>
    /// <exception cref="ArgumentNullException">The groups are null, or one is, or a layer.</exception>
    /// <exception cref="ParameterException">There is no group, a parameter is in two, or a layer has one that is in none.</exception>
    public static MemoryPlan For(IReadOnlyList<ParameterGroup> groups, IEnumerable<IEnumerable<Parameter>>? layers)
    {
        HashSet<Parameter> parameters = ParametersOf(groups);
        long states = 0;
        long compensation = 0;
        long trainedTiles = 0;
        foreach (ParameterGroup group in groups)
        {
            foreach (Parameter parameter in group.Parameters.Where(parameter => !parameter.Frozen))
            {
                SlotLayout layout = group.Options.LayoutOf(parameter.DType, parameter.GradientDType);
                trainedTiles += parameter.TileCount;
                compensation += (long)parameter.TileCount * layout.TileBytes(Slot.Compensation);
                states += parameter.TileCount * Enumerable.Range(Slot.FirstState, Slot.Count - Slot.FirstState).Sum(slot => (long)layout.TileBytes(slot));
            }
        }

        return new MemoryPlan
        {
            Length = parameters.Sum(parameter => parameter.Length),
            ValueBytes = parameters.Where(parameter => !parameter.IsAdopted)
                .Sum(parameter => (long)parameter.TileCount * parameter.DType.TileBytes()),
            GradientBytes = KeptBytes(parameters),
            StateBytes = states,
            CompensationBytes = compensation,
            TrainedTiles = trainedTiles,
            ScratchBytes = RentedBytes(parameters, layers ?? []),
        };
    }

    /// <summary>The same plan for an optimizer that averages its parameters (<see cref="Optimizer.AverageDecay"/>).</summary>
    public MemoryPlan WithAverages() => this with { AverageBytes = TrainedTiles * DType.Float32.TileBytes() };

    /// <summary>The plan in one line.</summary>
    public override string ToString()
    {
        IEnumerable<string> parts =
            from part in (IEnumerable<(string Name, long Bytes)>)
            [
                ("values", ValueBytes), ("gradients", GradientBytes), ("states", StateBytes), ("compensation", CompensationBytes),
                ("averages", AverageBytes), ("scratch", ScratchBytes),
            ]
            where part.Bytes > 0
            select string.Create(CultureInfo.InvariantCulture, $"{part.Name} {part.Bytes / Mebibyte:#,0.00}");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{TotalBytes / Mebibyte:#,0.00} MiB ({string.Join(", ", parts)}), {BytesPerParameter:0.00} bytes per parameter");
    }

    private static HashSet<Parameter> ParametersOf(IReadOnlyList<ParameterGroup> groups)
    {
        ArgumentNullException.ThrowIfNull(groups);
        if (groups.Count == 0)
            throw new ParameterException("A plan needs at least one group of parameters.");
        var parameters = new HashSet<Parameter>();
        foreach (ParameterGroup group in groups)
        {
            ArgumentNullException.ThrowIfNull(group, nameof(groups));
            foreach (Parameter parameter in group.Parameters)
            {
                if (!parameters.Add(parameter))
                    throw new ParameterException($"Parameter '{parameter.Name}' is in two groups; put it into one.");
            }
        }

        return parameters;
    }

    /// <summary>Bytes of gradients in slabs. One parameter that needs its gradient brings those of its whole slab.</summary>
    private static long KeptBytes(IEnumerable<Parameter> parameters) => parameters
        .Where(parameter => !parameter.IsAdopted && parameter.Buffer.GradientMemory == GradientMemory.Kept)
        .GroupBy(parameter => (parameter.Buffer, parameter.DType, parameter.Place))
        .Where(slab => slab.Key.Place is { HasGradients: true } || slab.Any(NeedsGradient))
        .Sum(slab => slab.Sum(GradientBytesOf));

    /// <summary>Bytes of pools, of which each buffer has its own.</summary>
    private static long RentedBytes(HashSet<Parameter> parameters, IEnumerable<IEnumerable<Parameter>> layers)
    {
        var alone = new HashSet<Parameter>(parameters);
        var most = new Dictionary<ParameterBuffer, long>();
        foreach (IEnumerable<Parameter> layer in layers)
        {
            ArgumentNullException.ThrowIfNull(layer, nameof(layers));
            Parameter[] together = [.. layer.Distinct()];
            if (Array.Find(together, parameter => !parameters.Contains(parameter)) is { } other)
                throw new ParameterException($"Parameter '{other.Name}' is in a layer, but in no group of the plan; add it to one.");
            alone.ExceptWith(together);
            Rent(together);
        }

        foreach (Parameter parameter in alone)
            Rent([parameter]);
        return most.Values.Sum();

        void Rent(Parameter[] together)
        {
            foreach (IGrouping<ParameterBuffer, Parameter> rented in together.Where(IsRented).GroupBy(parameter => parameter.Buffer))
                most[rented.Key] = Math.Max(most.GetValueOrDefault(rented.Key), rented.Sum(GradientBytesOf));
        }
    }

    private static bool IsRented(Parameter parameter) =>
        parameter.Buffer.GradientMemory == GradientMemory.None && !parameter.IsAdopted && NeedsGradient(parameter);

    private static bool NeedsGradient(Parameter parameter) => !parameter.Frozen && !parameter.HasLentGradient;

    private static long GradientBytesOf(Parameter parameter) => (long)parameter.TileCount * parameter.GradientDType.TileBytes();
}
