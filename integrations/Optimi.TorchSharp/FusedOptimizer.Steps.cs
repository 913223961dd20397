namespace Optimi.TorchSharp;

public abstract partial class FusedOptimizer
{
    /// <summary>Steps every parameter that has a gradient.</summary>
    /// <param name="closure">Computes the loss and its gradients before the step. Default: there are gradients already.</param>
    /// <returns>The loss that the closure returned, or null.</returns>
    /// <exception cref="ParameterException">A gradient is sparse, not contiguous or of another type, length or device than its parameter, or a
    /// parameter lies in other memory than before; nothing was stepped.</exception>
    /// <exception cref="OptionException">A group's option has a value that it cannot have; nothing was stepped.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer is disposed.</exception>
    public override Tensor? step(Func<Tensor>? closure = null)
    {
        Tensor? loss = null;
        if (closure is not null)
        {
            using (torch.enable_grad())
                loss = closure();
        }

        Optimizer engine = FindGradients();
        try
        {
            BindGradients();
            engine.Step();
        }
        finally
        {
            UnbindGradients();
        }

        return loss;
    }

    /// <summary>Makes a step as <see cref="step"/> does, to the last bit, and tells what it did: norms, and the share of updates that are
    /// rounded away. It is slow, for a look now and then.</summary>
    /// <returns>The statistics of the parameters that took part.</returns>
    /// <inheritdoc cref="step" path="/exception"/>
    public StepStatistics step_with_statistics()
    {
        Optimizer engine = FindGradients();
        try
        {
            BindGradients();
            return engine.StepWithStatistics();
        }
        finally
        {
            UnbindGradients();
        }
    }

    /// <summary>Gets everything ready for a step, and finds what could stop it.</summary>
    private Optimizer FindGradients()
    {
        Optimizer engine = Own;
        ThrowIfReleaseFailed();
        foreach (FusedGroup group in _groups)
            TakeOptions(group);
        TakeBack();
        foreach (FusedGroup group in _groups)
        {
            foreach (FusedTensor tensor in group.Tensors)
                tensor.FindGradient();
        }

        return engine;
    }

    private void BindGradients()
    {
        foreach (FusedGroup group in _groups)
        {
            foreach (FusedTensor tensor in group.Tensors)
                tensor.BindGradient();
        }
    }

    /// <summary>Lets go of gradients, whose memory TorchSharp may free at any time after a step.</summary>
    private void UnbindGradients()
    {
        foreach (FusedGroup group in _groups)
        {
            foreach (FusedTensor tensor in group.Tensors)
                tensor.Parameter.UnbindGradient();
        }
    }

    /// <summary>Lets the next step have the options of TorchSharp's group.</summary>
    private void TakeOptions(FusedGroup group)
    {
        OptimizerOptions translated = Translate(group.Torch.Options, group.Group.Options);
        double lr = group.Torch.LearningRate;
        if (!ReferenceEquals(translated, group.Group.Options))
        {
            group.Group.CheckOptions(translated, lr);
            SetOptions(group.Group, translated, lr);
        }
        else if (group.Group.Lr != lr)
        {
            group.Group.Lr = lr;
        }
    }

    /// <summary>Sets options and a rate that were checked with each other.</summary>
    private static void SetOptions(ParameterGroup group, OptimizerOptions options, double lr)
    {
        OptimizerOptions old = group.Restore(options, lr, group.MaxLr);
        group.OnOptionsChanged(old);
        group.OnLrChanged();
    }
}
