using Optimi.Kernels;

namespace Optimi;

internal sealed partial class GradientGate
{
    /// <summary>Finds what gradients have to pass in a step that is not made yet, waiting for it.</summary>
    public GradientVerdict Foresee()
    {
        Settle();
        if (!IsAsked)
            return GradientVerdict.None;
        using (Transaction transaction = (_transaction.IsOpen ? new Transaction() : _transaction).Begin())
        {
            foreach (Optimizer optimizer in optimizers)
                optimizer.CompleteStep(transaction);
            PassFor(transaction).Begin(transaction);
            transaction.Commit();
        }

        _pass!.AwaitKernels();
        _pass.Run(Scalars);
        ReadOnlySpan<float> found = _pass.Await();
        return new(found[0], BitConverter.SingleToInt32Bits(found[1]));
    }
}
