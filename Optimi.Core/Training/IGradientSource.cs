namespace Optimi;

/// <summary>
/// A framework's model, as <see cref="GradientRelease"/> sees it: it says of each parameter when its gradient is ready. What a framework
/// has for that, a hook that autograd calls or a place in its own backward pass, keeps the <see cref="GradientHook"/> and calls its
/// <c>Ready</c>.
/// </summary>
public interface IGradientSource
{
    /// <summary>From now on, whenever the gradient of a parameter is complete in a backward pass and nothing needs the parameter's values
    /// any more, <c>Ready</c> of the hook is to be called.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="hook">What is to be called.</param>
    void Subscribe(Parameter parameter, GradientHook hook);

    /// <summary>From now on the hook is not to be called any more.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="hook">What was to be called.</param>
    void Unsubscribe(Parameter parameter, GradientHook hook);
}
