using Optimi.Kernels;

namespace Optimi;

public partial class Optimizer<TRule>
{
    /// <inheritdoc/>
    public override IReadOnlyList<StoredPart> StoredParts(Parameter parameter)
    {
        lock (Device.Gate)
        {
            LaunchTensor tensor = Find(parameter);
            Settle();
            _schedule.Complete();
            return PartsSoFar(tensor);
        }
    }

    /// <inheritdoc/>
    internal override IReadOnlyList<StoredPart> StoredPartsSoFar(Parameter parameter) => PartsSoFar(Find(parameter));

    private List<StoredPart> PartsSoFar(LaunchTensor tensor)
    {
        var parts = new List<StoredPart>();
        if (!_schedule.TryGet(tensor, out _))
            return parts;
        SlotLayout layout = tensor.States!.Layout;
        if (layout[Slot.Compensation] is SlotFormat.LowBits8 or SlotFormat.LowBits16)
            parts.Add(CodesOf(tensor, Slot.Compensation, StateName.LowBits));
        int headers = 0;
        for (int state = 0; state < TRule.StateNames.Count; state++)
        {
            if (layout.States[state] is not SlotFormat format || format.HeaderBytesPerTile() == 0)
                continue;
            string name = format.Grouped().CodeName(TRule.StateNames[state]);
            parts.Add(CodesOf(tensor, Slot.FirstState + state, name));
            parts.Add(HeadersOf(tensor, format, headers, name));
            headers += format.HeaderBytesPerTile();
        }

        return parts;
    }

    private StoredPart CodesOf(LaunchTensor tensor, int slot, string name)
    {
        SlotLayout layout = tensor.States!.Layout;
        string type = slot == Slot.Compensation ? layout.Weights.LowType() : layout[slot]!.Value.Grouped().CodeType();
        return new StoredPart(
            this, tensor, slot, 0, layout.TileBytes(slot), name, type,
            [.. tensor.Parameter.Shape.ToArray().Select(extent => (long)extent)]);
    }

    private StoredPart HeadersOf(LaunchTensor tensor, SlotFormat format, int offset, string name) => new(
        this,
        tensor,
        Slot.Headers,
        offset,
        format.HeaderBytesPerTile(),
        name + StateName.Headers,
        format.Grouped().HeaderType(),
        format.Grouped().HeaderShape(tensor.Parameter.Length));
}
