using Optimi.Kernels;

namespace Optimi;

public abstract partial class Optimizer
{
    /// <summary>
    /// Makes a step as <see cref="Step()"/> does, to the last bit, and tells what it did: norms, and the share of updates that are rounded
    /// away. It is slow, for a look now and then: all values, gradients and states are copied to the host, and the step is computed there
    /// once more. Steps without statistics cost what they did.
    /// </summary>
    /// <remarks>
    /// The host needs memory for about a million numbers at a time, or, of rules that measure a mean over each tensor, for the largest one.
    /// Other calls that use the device wait until the step is made.
    /// </remarks>
    /// <returns>The statistics of the parameters that took part.</returns>
    /// <exception cref="OptionException">The optimizer is made for gradient release, so that its parameters are not stepped together; or a
    /// <see cref="ChainedOptimizer"/> steps it.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer, a buffer or the device is disposed.</exception>
    /// <exception cref="DeviceException">The device or the host has no memory left, or a kernel does not compile; no parameter has
    /// changed.</exception>
    public StepStatistics StepWithStatistics()
    {
        lock (Device.Gate)
        {
            ThrowIfDisposed();
            ThrowIfChained();
            CheckCanStep();
            if (IsReleasing)
            {
                throw new OptionException(
                    "A model steps this optimizer's parameters as their gradients become ready, so there is no step of all to tell of; call"
                    + " GradientRelease.Remove(model) first.");
            }

            ThrowIfMadeForRelease();
            var statistics = new StepStatistics(ForeseeStep(_gate.Foresee()));
            _gate.Step();
            return statistics;
        }
    }

    /// <summary>Finds what a step of all parameters would do, and changes nothing.</summary>
    /// <param name="verdict">What gradients are multiplied by, and whether the step is made.</param>
    private protected abstract IReadOnlyList<ParameterStatistics> ForeseeStep(GradientVerdict verdict);
}
