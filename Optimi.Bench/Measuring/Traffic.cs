namespace Optimi.Bench;

/// <summary>What a step must move, pass by pass: the bytes that a rate is computed from, and the limit's loop.</summary>
/// <param name="Passes">The slots of each pass.</param>
internal sealed record Traffic(IReadOnlyList<IReadOnlyList<TrafficSlot>> Passes)
{
    /// <summary>Bytes that a step must move for each parameter.</summary>
    public int BytesPerParameter => Passes.Sum(slots => slots.Sum(slot => slot.BytesMoved));

    /// <summary>Every slot once, whatever the number of passes that touch it.</summary>
    public IEnumerable<TrafficSlot> Slots => Passes.SelectMany(slots => slots).DistinctBy(slot => slot.Name);

    /// <summary>
    /// The traffic of an optimizer, from what it says of its own states. Unless told otherwise a rule needs one pass that reads
    /// the gradient and updates all else; a state that a pass names but the variant does not keep moves nothing.
    /// </summary>
    public static Traffic Of(Optimizer optimizer, Parameter parameter, IReadOnlyList<TrafficPass>? passes)
    {
        IReadOnlyList<string> states = optimizer.StateNames(parameter);
        passes ??= [new TrafficPass([TrafficSlot.Gradient], [TrafficSlot.Value, .. states])];
        if (optimizer.MaxNorm is not null)
            passes = [new TrafficPass([TrafficSlot.Gradient], []), .. passes];
        return new Traffic([.. passes.Select(SlotsOf)]);

        IReadOnlyList<TrafficSlot> SlotsOf(TrafficPass pass) =>
            [.. Kept(pass.Read, isWritten: false), .. Kept(pass.Updated, isWritten: true)];

        IEnumerable<TrafficSlot> Kept(IReadOnlyList<string> names, bool isWritten) =>
            from name in names
            where name is TrafficSlot.Value or TrafficSlot.Gradient || states.Contains(name)
            select new TrafficSlot(name, TrafficSlot.BytesOf(StorageOf(optimizer, parameter, name).DType), isWritten);
    }

    /// <summary>The memory of a slot.</summary>
    public static TensorStorage StorageOf(Optimizer optimizer, Parameter parameter, string slot) => slot switch
    {
        TrafficSlot.Value => parameter.Value,
        TrafficSlot.Gradient => parameter.Gradient,
        _ => optimizer.State(parameter, slot),
    };
}
