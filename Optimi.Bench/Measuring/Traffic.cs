using Optimi.Kernels;

namespace Optimi.Bench;

/// <summary>What a step must move, pass by pass: the bytes that a rate is computed from, and the limit's loop.</summary>
/// <param name="Passes">The slots of each pass.</param>
internal sealed record Traffic(IReadOnlyList<IReadOnlyList<TrafficSlot>> Passes)
{
    /// <summary>Bytes that a step must move for each parameter.</summary>
    public double BytesPerParameter => Passes.Sum(slots => slots.Sum(slot => slot.BytesMoved));

    /// <summary>Every slot once, whatever the number of passes that touch it.</summary>
    public IEnumerable<TrafficSlot> Slots => Passes.SelectMany(slots => slots).DistinctBy(slot => slot.Name);

    /// <summary>
    /// The traffic of an optimizer, from what it says of its own states. Unless told otherwise a rule needs one pass that reads
    /// the gradient and updates all else; a state that a pass names but the variant does not keep moves nothing.
    /// </summary>
    public static Traffic Of(Optimizer optimizer, Parameter parameter, IReadOnlyList<TrafficPass>? passes)
    {
        IReadOnlyList<StoredPart> parts = optimizer.StoredParts(parameter);
        string[] states = [.. optimizer.StateNames(parameter).Where(name => !IsPacked(name, parts))];
        passes ??= [new TrafficPass([TrafficSlot.Gradient], [TrafficSlot.Value, .. states, .. parts.Select(part => part.Name)])];
        if (optimizer.MaxNorm is not null)
            passes = [new TrafficPass([TrafficSlot.Gradient], []), .. passes];
        return new Traffic([.. passes.Select(SlotsOf)]);

        IReadOnlyList<TrafficSlot> SlotsOf(TrafficPass pass) =>
            [.. Kept(pass.Read, isWritten: false), .. Kept(pass.Updated, isWritten: true)];

        IEnumerable<TrafficSlot> Kept(IReadOnlyList<string> names, bool isWritten)
        {
            foreach (string name in names)
            {
                if (parts.FirstOrDefault(part => part.Name == name) is StoredPart part)
                    yield return new TrafficSlot(name, TrafficSlot.TileBytesOf(part), isWritten, IsPart: true);
                else if (name is TrafficSlot.Value or TrafficSlot.Gradient || states.Contains(name))
                    yield return new TrafficSlot(name, TileBytesOf(StorageOf(optimizer, parameter, name)), isWritten);
            }
        }
    }

    /// <summary>The memory of a slot that is no part.</summary>
    public static TensorStorage StorageOf(Optimizer optimizer, Parameter parameter, string slot) => slot switch
    {
        TrafficSlot.Value => parameter.Value,
        TrafficSlot.Gradient => parameter.Gradient,
        _ => optimizer.State(parameter, slot),
    };

    private static int TileBytesOf(TensorStorage storage) => TrafficSlot.BytesOf(storage.DType) * Tile.Length;

    /// <summary>Whether a state has no memory of its own: it is a part, or one moment of a pair.</summary>
    private static bool IsPacked(string state, IReadOnlyList<StoredPart> parts) => parts.Any(part =>
        part.Name == state || (part.Name == StateName.Moments && state is StateName.ExpAvg or StateName.ExpAvgSq));
}
