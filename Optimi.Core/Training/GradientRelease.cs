using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Optimi;

/// <summary>
/// Gradient release: each parameter is stepped during the backward pass, as soon as its gradient is ready, so that there is never more
/// than one layer's gradient.
/// </summary>
/// <remarks>
/// The optimizer is made for it (<see cref="Optimizer.GradientRelease"/>). Once prepared, its <see cref="Optimizer.Step()"/> and
/// <see cref="Optimizer.ZeroGradients"/> do nothing, so that a training loop can stay as it is; learning rates are set as ever, and each
/// parameter counts its own steps. With <see cref="Optimizer.Accumulate"/>, switched before each micro-batch, gradients are accumulated
/// into the states.
/// </remarks>
public static class GradientRelease
{
    private static readonly ConditionalWeakTable<IGradientSource, Preparation> _prepared = [];

    /// <summary>Lets a model step the parameters of an optimizer as their gradients become ready.</summary>
    /// <param name="model">The model.</param>
    /// <param name="optimizer">The optimizer, made for gradient release.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="OptionException">The optimizer is not made for it, or it or the model is prepared already.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer or the device is disposed.</exception>
    /// <remarks>If the model fails to subscribe a parameter, those before are unsubscribed, nothing is prepared, and what it throws is passed
    /// on.</remarks>
    public static void Prepare(IGradientSource model, Optimizer optimizer)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(optimizer);
        optimizer.BeginRelease(model);
        var preparation = new Preparation(model, optimizer);
        try
        {
            if (!_prepared.TryAdd(model, preparation))
            {
                throw new OptionException(
                    "The model is prepared for gradient release already; call GradientRelease.Remove(model) before it is prepared again.");
            }
        }
        catch
        {
            optimizer.EndRelease();
            throw;
        }

        try
        {
            preparation.Subscribe();
        }
        catch
        {
            _prepared.Remove(model);
            preparation.Unsubscribe();
            throw;
        }
    }

    /// <summary>Ends what <see cref="Prepare"/> began: the model steps nothing any more.</summary>
    /// <param name="model">The model.</param>
    /// <returns>Whether it was prepared. What the model throws is passed on when all is removed.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="model"/> is null.</exception>
    public static bool Remove(IGradientSource model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (!_prepared.Remove(model, out Preparation? preparation))
            return false;
        if (preparation.Unsubscribe() is Exception error)
            ExceptionDispatchInfo.Throw(error);
        return true;
    }

    /// <summary>A model and the hooks that it was given.</summary>
    private sealed class Preparation(IGradientSource model, Optimizer optimizer)
    {
        private readonly List<GradientHook> _hooks = [];

        public void Subscribe()
        {
            foreach (Parameter parameter in optimizer.Groups.SelectMany(group => group.Parameters))
            {
                var hook = new GradientHook(optimizer, parameter);
                try
                {
                    model.Subscribe(parameter, hook);
                }
                catch
                {
                    hook.IsSubscribed = false;
                    throw;
                }

                _hooks.Add(hook);
            }
        }

        /// <summary>Unsubscribes all, whatever fails.</summary>
        /// <returns>The first failure.</returns>
        public Exception? Unsubscribe()
        {
            Exception? first = null;
            foreach (GradientHook hook in _hooks)
            {
                hook.IsSubscribed = false;
                try
                {
                    model.Unsubscribe(hook.Parameter, hook);
                }
                catch (Exception error) when (error is not OutOfMemoryException)
                {
                    // The others are to be unsubscribed all the same.
                    first ??= error;
                }
            }

            optimizer.EndRelease();
            return first;
        }
    }
}
