using System.Diagnostics.CodeAnalysis;
using Optimi.Kernels;

namespace Optimi;

/// <summary>
/// Update rules as functions of memory that the caller owns: no <see cref="ParameterBuffer"/>, no optimizer, no states.
/// For frameworks that have their own tensors; the bits are those of an <see cref="Optimizer{TRule}"/>.
/// </summary>
/// <remarks>
/// The caller keeps the states (and the Kahan compensation, which parameters of low precision have unless the options switch it off),
/// zero at first, and counts the steps from 1. How each state is stored, the options say. Slots may not overlap. To an empty tensor
/// nothing happens.
/// </remarks>
[RequiresDynamicCode(CodeNeeds.ClosedTypes)]
public static class Functional
{
    /// <summary>Steps one tensor on the host. Nothing is copied, and once it was called before, nothing allocated.</summary>
    /// <typeparam name="TRule">The rule.</typeparam>
    /// <param name="options">The rule's options, such as <see cref="AdamWOptions"/>.</param>
    /// <param name="step">t: the number of the tensor's step, from 1.</param>
    /// <param name="values">The parameter.</param>
    /// <param name="gradients">Its gradient, of any storage type.</param>
    /// <param name="first">The rule's first state, in the order of its state names (for Adam's kind <c>exp_avg</c>).</param>
    /// <param name="second">The second state (<c>exp_avg_sq</c>).</param>
    /// <param name="third">The third state.</param>
    /// <param name="fourth">The fourth state.</param>
    /// <param name="kahanComp">The Kahan compensation.</param>
    /// <param name="lr">The learning rate of this step; that of the options if null.</param>
    /// <param name="accumulate">Whether the step only accumulates the gradient into the states.</param>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="OptionException">An option has a value that it cannot have, or the step is below 1.</exception>
    /// <exception cref="ParameterException">A slot is missing, superfluous, of another length or of another storage.</exception>
    public static unsafe void Step<TRule>(
        RuleOptions<TRule> options,
        long step,
        TensorSpan values,
        ReadOnlyTensorSpan gradients,
        TensorSpan first = default,
        TensorSpan second = default,
        TensorSpan third = default,
        TensorSpan fourth = default,
        TensorSpan kahanComp = default,
        double? lr = null,
        bool accumulate = false)
        where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    {
        StepContext context = FunctionalGuard.Check(options, step, lr, accumulate);
        SlotLayout layout = FunctionalGuard.Check(
            options,
            Shapes(values.Shape, gradients.Shape, kahanComp.Shape, first.Shape, second.Shape, third.Shape, fourth.Shape));
        if (values.Length == 0)
            return;
        fixed (byte* p = values, g = gradients, k = kahanComp, s0 = first, s1 = second, s2 = third, s3 = fourth)
        {
            SlotAddresses slots = default;
            ReadOnlySpan<nint> addresses = [(nint)p, (nint)g, (nint)k, (nint)s0, (nint)s1, (nint)s2, (nint)s3];
            addresses.CopyTo(slots);
            HostPass<TRule>.RunAlone(
                options, context, layout, slots, values.Length, HostLanes.Widest, Environment.ProcessorCount);
        }
    }

    /// <summary>Steps a list of tensors on the host, of any storage types, in one pass of all threads.</summary>
    /// <typeparam name="TRule">The rule.</typeparam>
    /// <param name="options">The rule's options.</param>
    /// <param name="step">t: the number of the tensors' step, from 1.</param>
    /// <param name="tensors">The tensors. Nothing is done if one of them is refused.</param>
    /// <param name="lr">The learning rate of this step; that of the options if null.</param>
    /// <param name="accumulate">Whether the step only accumulates gradients into the states.</param>
    /// <inheritdoc cref="Step{TRule}(RuleOptions{TRule}, long, TensorSpan, ReadOnlyTensorSpan, TensorSpan, TensorSpan, TensorSpan, TensorSpan, TensorSpan, double?, bool)" path="/exception"/>
    public static void Step<TRule>(
        RuleOptions<TRule> options,
        long step,
        ReadOnlySpan<TensorSlots> tensors,
        double? lr = null,
        bool accumulate = false)
        where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    {
        StepContext context = FunctionalGuard.Check(options, step, lr, accumulate);
        HostPass<TRule> pass = HostPass<TRule>.Take();
        try
        {
            foreach (TensorSlots tensor in tensors)
            {
                SlotShapes shapes = default;
                for (int slot = 0; slot < Slot.Count; slot++)
                    shapes[slot] = tensor[slot].Shape;
                SlotLayout layout = FunctionalGuard.Check(options, shapes);
                if (tensor.Values.Length == 0)
                    continue;
                SlotAddresses slots = default;
                for (int slot = 0; slot < Slot.Count; slot++)
                    slots[slot] = pass.Pin(tensor[slot]);
                pass.Add(HostFunctions<TRule>.Of(layout, accumulate, HostLanes.Widest), slots, tensor.Values.Length);
            }

            pass.Run(options, context, Environment.ProcessorCount);
        }
        finally
        {
            pass.Return();
        }
    }

    /// <summary>
    /// Steps one tensor on a device: queues the work in its stream, in one launch (three where the update depends on a mean over the
    /// tensor), and one more for each pass over the last numbers of a tensor whose length is no multiple of 256. Of a rule whose
    /// update depends on a mean, the device keeps small tables for each length that it has met.
    /// </summary>
    /// <typeparam name="TRule">The rule.</typeparam>
    /// <param name="device">The device of all views.</param>
    /// <param name="options">The rule's options.</param>
    /// <param name="step">t: the number of the tensor's step, from 1.</param>
    /// <param name="values">The parameter. Views that do not begin on 16 bytes (on OpenCL 4, or 8 for float32 beside narrower
    /// values) are stepped more slowly.</param>
    /// <param name="gradients">Its gradient, of any storage type.</param>
    /// <param name="first">The rule's first state, in the order of its state names.</param>
    /// <param name="second">The second state.</param>
    /// <param name="third">The third state.</param>
    /// <param name="fourth">The fourth state.</param>
    /// <param name="kahanComp">The Kahan compensation.</param>
    /// <param name="lr">The learning rate of this step; that of the options if null.</param>
    /// <param name="accumulate">Whether the step only accumulates the gradient into the states.</param>
    /// <exception cref="ObjectDisposedException">The device is disposed.</exception>
    /// <exception cref="DeviceException">The device has no memory left for its tables, or a kernel does not compile; nothing has changed.</exception>
    /// <inheritdoc cref="Step{TRule}(RuleOptions{TRule}, long, TensorSpan, ReadOnlyTensorSpan, TensorSpan, TensorSpan, TensorSpan, TensorSpan, TensorSpan, double?, bool)" path="/exception"/>
    [RequiresUnreferencedCode(CodeNeeds.WholeIlgpu)]
    public static void Step<TRule>(
        ComputeDevice device,
        RuleOptions<TRule> options,
        long step,
        TensorView values,
        TensorView gradients,
        TensorView first = default,
        TensorView second = default,
        TensorView third = default,
        TensorView fourth = default,
        TensorView kahanComp = default,
        double? lr = null,
        bool accumulate = false)
        where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    {
        ArgumentNullException.ThrowIfNull(device);
        device.ThrowIfDisposed();
        StepContext context = FunctionalGuard.Check(options, step, lr, accumulate);
        ReadOnlySpan<TensorView> views = [values, gradients, kahanComp, first, second, third, fourth];
        SlotLayout layout = FunctionalGuard.Check(
            options,
            Shapes(values.Shape, gradients.Shape, kahanComp.Shape, first.Shape, second.Shape, third.Shape, fourth.Shape));
        foreach (TensorView view in views)
            view.CheckDevice(device);
        if (values.Length == 0)
            return;
        lock (device.Gate)
        {
            device.ThrowIfDisposed();
            SlotPlaces places = default;
            SlotAddresses addresses = default;
            for (int slot = 0; slot < views.Length; slot++)
            {
                places[slot] = views[slot].PlaceOn(device);
                addresses[slot] = places[slot].At;
            }

            if (device.Shape != KernelShape.Host)
            {
                device.Function<TRule>(layout, values.Length, accumulate).Run(options, context, places, values.Length);
                return;
            }

            HostPass<TRule>.RunAlone(options, context, layout, addresses, values.Length, device.Lane, device.Threads);
        }

        // Only addresses went on; ILGPU's buffers free their memory once nobody knows them.
        foreach (TensorView view in views)
            view.KeepAlive();
    }

    private static SlotShapes Shapes(params ReadOnlySpan<SlotShape> given)
    {
        SlotShapes shapes = default;
        given.CopyTo(shapes);
        return shapes;
    }
}
