namespace Optimi;

/// <summary>Whose optimizers the states and options of a checkpoint are written for.</summary>
public enum StateConvention
{
    /// <summary>Optimi's and torch-optimi's: moving averages are debiased, as if they had not begun as zero.</summary>
    Optimi,

    /// <summary>PyTorch's <c>torch.optim</c>: moving averages are raw, and SGD's is called <c>momentum_buffer</c>. They are stored as
    /// float32, compressed ones decoded. Low bits of weights are there, too, which PyTorch leaves aside.</summary>
    PyTorch,
}
