using ILGPU.Runtime;

namespace Optimi;

/// <summary>What Optimi asks of CUDA's driver beside ILGPU. Each call acts on the calling thread.</summary>
internal interface ICudaDriver
{
    /// <summary>The context that is current; 0 if none is. Setting it replaces the top of the thread's stack.</summary>
    /// <exception cref="DeviceException">The driver refuses.</exception>
    nint Current { get; set; }

    /// <summary>Makes a context current, on top of what was.</summary>
    /// <inheritdoc cref="Current" path="/exception"/>
    void Push(nint context);

    /// <summary>Takes the current context off, so that the one below is current again.</summary>
    /// <inheritdoc cref="Current" path="/exception"/>
    void Pop();

    /// <summary>Keeps a device's primary context alive, which is made if it is not there.</summary>
    /// <inheritdoc cref="Current" path="/exception"/>
    nint RetainPrimary(int device);

    /// <summary>Lets go of a device's primary context, which ends if nobody else keeps it.</summary>
    /// <inheritdoc cref="Current" path="/exception"/>
    void ReleasePrimary(int device);

    /// <summary>The context that a stream belongs to; of the null stream, the current one.</summary>
    /// <inheritdoc cref="Current" path="/exception"/>
    nint ContextOf(nint stream);

    /// <summary>Allocates memory in the current context.</summary>
    /// <param name="bytes">How much.</param>
    /// <exception cref="AcceleratorException">There is not enough.</exception>
    nint Allocate(long bytes);

    /// <summary>Frees memory of the current context, after all work with it.</summary>
    /// <inheritdoc cref="Current" path="/exception"/>
    void Free(nint address);

    /// <summary>Shows a stream of somebody else's to ILGPU.</summary>
    AcceleratorStream Wrap(Accelerator accelerator, nint stream);
}
