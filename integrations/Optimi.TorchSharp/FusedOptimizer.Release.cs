using System.Runtime.ExceptionServices;

namespace Optimi.TorchSharp;

public abstract partial class FusedOptimizer
{
    private ExceptionDispatchInfo? _releaseError;

    /// <summary>
    /// Gradient release: the parameter for use in a forward pass, whose backward pass steps it as soon as its gradient is complete and keeps
    /// no <c>grad</c>. The rates and options are those at that moment; <see cref="step"/> steps what is not released.
    /// </summary>
    /// <param name="parameter">A parameter of this optimizer. Release it once in a forward pass, and use what is returned as often as need be.</param>
    /// <returns>A tensor with the same memory.</returns>
    /// <remarks>An error of a step in the backward pass cannot cross the native library. It is thrown by the next call of this method or of
    /// <see cref="step"/>; the parameter was not stepped.</remarks>
    /// <exception cref="ParameterException">The optimizer does not have the parameter.</exception>
    /// <exception cref="OptionException"><see cref="Engine"/> clips by the norm of all gradients, or has a scaler.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer is disposed.</exception>
    public Tensor Release(TorchParameter parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        Optimizer engine = Own;
        if (engine.MaxNorm is not null || engine.Scaler is not null)
        {
            throw new OptionException(
                $"Released parameters are stepped one by one, before all gradients are known, as {nameof(Optimizer.MaxNorm)} and"
                + $" {nameof(Optimizer.Scaler)} need; set both to null, clip by {nameof(Optimizer.ClipValue)}, or release no parameter.");
        }

        ThrowIfReleaseFailed();
        return ReleasedParameter.apply(parameter, this, Find(parameter));
    }

    /// <summary>Steps a parameter from its gradient in the backward pass.</summary>
    internal void StepReleased(FusedTensor tensor, Tensor gradient)
    {
        try
        {
            Optimizer engine = Own;
            foreach (FusedGroup group in _groups)
                TakeOptions(group);
            TakeBack();
            tensor.CheckMemory();
            // What comes from a transposed or broadcast product lies otherwise than the parameter.
            bool isPlain = NativeTensor.IsSparse(gradient.Handle) || NativeTensor.IsContiguous(gradient.Handle);
            using Tensor? copy = isPlain ? null : gradient.contiguous();
            tensor.Step(engine, (copy ?? gradient).Handle);
        }
        catch (Exception error)
        {
            // Whatever it is, native code that it would have to cross cannot pass it on.
            _releaseError ??= ExceptionDispatchInfo.Capture(error);
        }
    }

    private void ThrowIfReleaseFailed()
    {
        ExceptionDispatchInfo? error = _releaseError;
        _releaseError = null;
        error?.Throw();
    }
}
