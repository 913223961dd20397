namespace Optimi;

internal sealed partial class GradientGate
{
    /// <summary>What goes on from step to step, once the last one is settled.</summary>
    public GateState Save()
    {
        Settle();
        return new GateState(SkippedSteps, HasNorm ? _sum : null, _hasClosed);
    }

    /// <summary>Goes on from what was saved. The norms of single parameters are not known until the next step.</summary>
    public void Restore(GateState state)
    {
        Settle();
        Array.Clear(_sums);
        Array.Clear(_released);
        SkippedSteps = state.SkippedSteps;
        (_sum, HasNorm, _hasClosed) = (state.Sum ?? 0, state.Sum is not null, state.HasClosed);
    }
}
